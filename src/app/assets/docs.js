// Starts Swagger UI on the page, and adds to it what each operation asks for, when the token ends, and
// a list of the operations. The settings stand in the page as data, so that no script is inline.
"use strict";

const follow_colours = () => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
  dark.addEventListener("change", apply);
  apply();
};

// The scopes of an operation's first requirement; null where it asks for no token.
const scopes_of = (security) => {
  const first = security?.toJS?.()[0];
  return first ? Object.values(first).flat() : null;
};

const show_scopes = ({ React }) => {
  const make = React.createElement;
  const chips = (scopes) => scopes.map((name) => make("code", { className: "scope", key: name }, name));
  const needs = (scopes) => {
    if (!scopes) return "For everybody: no token is asked for.";
    if (scopes.length === 0) return "Needs a token, of any scope.";
    return [scopes.length === 1 ? "Needs a token with the scope " : "Needs a token with the scopes ", ...chips(scopes)];
  };
  return {
    wrapComponents: {
      OperationSummaryPath: (Path) => (props) => {
        const scopes = scopes_of(props.operationProps.get("security")) ?? [];
        const list = scopes.length > 0 && make("span", { className: "scopes", "aria-hidden": true }, chips(scopes));
        return make(React.Fragment, null, make(Path, props), list);
      },
      parameters: (Parameters) => (props) =>
        make(React.Fragment, null,
          make("p", { className: "needs" }, needs(scopes_of(props.operation.get("security")))),
          make(Parameters, props)),
    },
  };
};

// The claims of a token that is a JWT; null for any other.
const claims_of = (token) => {
  try {
    const text = atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(text, (one) => one.charCodeAt(0))));
  } catch {
    return null;
  }
};

const length_of = (seconds) => {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h`;
};

// Both in seconds since 1970. What is left is rounded down, so that nobody counts on more.
const phrase = (end, now) => {
  const left = Math.floor(end - now);
  return left > 0 ? `ends in ${length_of(left)}` : `ended ${length_of(-left)} ago`;
};

const now = () => Date.now() / 1000;

const refresh_ends = () => {
  for (const one of document.querySelectorAll("[data-ends]")) {
    const end = Number(one.dataset.ends);
    const text = `This token ${phrase(end, now())}`;
    if (one.textContent !== text) one.textContent = text;
    one.classList.toggle("ended", end <= now());
  }
};

// Under an answer that is the claims of a token.
const show_end_of_claims = ({ React }) => {
  const end_of = (text) => {
    try {
      const claims = JSON.parse(text);
      return typeof claims.iss === "string" && Number.isFinite(claims.exp) ? claims.exp : null;
    } catch {
      return null;
    }
  };
  const End = ({ end }) => {
    React.useEffect(refresh_ends, [end]);
    return React.createElement("p", { className: "token-end", role: "timer", "data-ends": end });
  };
  return {
    wrapComponents: {
      liveResponse: (Response) => (props) => {
        const end = end_of(props.response?.get("text"));
        return React.createElement(React.Fragment, null, React.createElement(Response, props),
          end !== null && React.createElement(End, { end }));
      },
    },
  };
};

// At the top of the page, of the token that the page has.
const show_end_of_token = (ui) => {
  const line = document.getElementById("token-end");
  let known;
  const look = () => {
    const [held] = Object.values(ui.authSelectors.authorized()?.toJS() ?? {});
    const token = held?.token?.access_token ?? held?.value;
    if (token === known) return;
    known = token;
    // What is no JWT is at least known to live for so long.
    const end = claims_of(token)?.exp ?? now() + Number(held?.token?.expires_in);
    line.hidden = !Number.isFinite(end);
    if (line.hidden) delete line.dataset.ends;
    else line.dataset.ends = end;
    refresh_ends();
  };
  ui.getSystem().getStore().subscribe(look);
};

const text_of = (from, selector) => from.querySelector(selector)?.textContent.trim() ?? "";

const go_to = (operation) => {
  const control = operation.querySelector("button.opblock-summary-control");
  if (control.getAttribute("aria-expanded") !== "true") control.click();
  operation.scrollIntoView({ block: "start" });
  control.focus({ preventScroll: true });
};

const entry_of = (operation) => {
  const entry = document.createElement("a");
  entry.href = `#${operation.id}`;
  const method = document.createElement("span");
  method.className = "method";
  method.dataset.method = method.textContent = text_of(operation, ".opblock-summary-method");
  entry.append(method, text_of(operation, ".opblock-summary-description") || text_of(operation, ".opblock-summary-path"));
  entry.addEventListener("click", (event) => {
    event.preventDefault();
    go_to(operation);
  });
  return entry;
};

// Beside the operations, where there is room for it.
const list_operations = () => {
  const contents = document.getElementById("contents");
  contents.replaceChildren();
  for (const group of document.querySelectorAll(".opblock-tag-section")) {
    const title = document.createElement("h2");
    title.textContent = group.querySelector(".opblock-tag").dataset.tag;
    contents.append(title, ...[...group.querySelectorAll(".opblock")].map(entry_of));
  }
};

// What Swagger UI leaves without a name, or out of the keyboard's reach.
const missing_attributes = [
  [".examples-select-element", "aria-label", "Example"],
  [".close-modal", "aria-label", "Close"],
  ["pre.curl", "tabindex", "0"],
  ["pre.curl", "role", "region"],
  ["pre.curl", "aria-label", "The request as a curl command"],
];

const add_missing_attributes = (to) => {
  const add = () => {
    for (const [selector, name, value] of missing_attributes) {
      for (const one of to.querySelectorAll(`${selector}:not([${name}])`)) one.setAttribute(name, value);
    }
  };
  new MutationObserver(add).observe(to, { childList: true, subtree: true });
};

const start = () => {
  const docs = document.getElementById("docs");
  const settings = docs.dataset;
  add_missing_attributes(docs);
  const ui = SwaggerUIBundle({
    url: "/openapi.json",
    dom_id: "#docs",
    layout: "BaseLayout",
    plugins: [show_scopes, show_end_of_claims],
    deepLinking: true,
    displayRequestDuration: true,
    defaultModelsExpandDepth: -1,
    showExtensions: true,
    validatorUrl: null,
    oauth2RedirectUrl: window.location.origin + "/docs/oauth2-redirect",
    onComplete: list_operations,
  });
  ui.initOAuth({
    appName: settings.title,
    clientId: settings.clientId,
    usePkceWithAuthorizationCodeGrant: true,
    additionalQueryStringParams: JSON.parse(settings.parameters),
  });
  show_end_of_token(ui);
  setInterval(refresh_ends, 1000);
};

follow_colours();
document.addEventListener("DOMContentLoaded", start);
