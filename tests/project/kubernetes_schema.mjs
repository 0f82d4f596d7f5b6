// Judges objects of Kubernetes and of the Gateway API by their schemas: a JSON array of them on standard
// input, and on standard output an array of what is wrong with each, null where nothing is.
import { readFileSync } from "node:fs";

// ExternalAuth is of the experimental channel: the schema of a filter does not list it, but has one for
// what it says. Gives what is wrong with such filters, and takes them out of the route.
async function judgeExternalAuth(route) {
  const { validate } = await import("@kubernetes-models/gateway-api/_schemas/IoK8sSigsGatewayApiApisV1HTTPExternalAuthFilter");
  for (const rule of route.spec.rules) {
    for (const filter of rule.filters?.filter((one) => one.type === "ExternalAuth") ?? []) {
      if (!validate(filter.externalAuth)) throw new Error(JSON.stringify(validate.errors));
    }
    if (rule.filters) rule.filters = rule.filters.filter((one) => one.type !== "ExternalAuth");
  }
}

async function judge(object) {
  const family = object.apiVersion.startsWith("gateway.") ? "@kubernetes-models/gateway-api" : "kubernetes-models";
  try {
    if (object.kind === "HTTPRoute") await judgeExternalAuth(object);
    const { [object.kind]: Model } = await import(`${family}/${object.apiVersion}/${object.kind}`);
    new Model(object).validate();
    return null;
  } catch (fault) {
    return String(fault.message);
  }
}

const found = [];
for (const one of JSON.parse(readFileSync(0, "utf8"))) found.push(await judge(one));
console.log(JSON.stringify(found));
