"""The manifests that are shipped: valid by the schemas of Kubernetes, of one piece, and with a valid configuration."""

import copy
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "conf" / "kubernetes"
RECIPE = (ROOT / "packaging" / "container" / "Containerfile").read_text()

try:
    import yaml
except ImportError:
    yaml = None


def objects(*files):
    return [one for file in files for one in yaml.safe_load_all(file.read_text()) if one]


def judged(listed):
    """What the schemas find wrong with each."""
    if not shutil.which("node") or not (ROOT / "node_modules" / "kubernetes-models").exists():
        raise unittest.SkipTest("kubernetes-models: not installed by npm")
    done = subprocess.run(["node", ROOT / "tests" / "project" / "kubernetes_schema.mjs"], input=json.dumps(listed),
                          capture_output=True, text=True, cwd=ROOT)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout)


@unittest.skipIf(yaml is None, "PyYAML: not installed")
class Manifests(unittest.TestCase):
    def setUp(self):
        manifests = sorted(FOLDER.glob("*.yaml"))
        self.all = objects(*(one for one in manifests if one.name != "kustomization.yaml"))
        self.main = {one["kind"]: one for one in objects(FOLDER / "latchkey.yaml")}
        self.assertGreater(len(self.all), 5)

    @staticmethod
    def pod(deployment):
        return deployment["spec"]["template"]["spec"]

    @classmethod
    def ours(cls, deployment):
        pod = cls.pod(deployment)
        return next(one for one in pod.get("initContainers", []) + pod["containers"] if one["name"] == "latchkey")

    def deployments(self):
        return [one for one in self.all if one["kind"] == "Deployment"]

    def test_each_is_valid_by_its_schema(self):
        # Those for other proxies, where there are any.
        others = objects(*sorted((ROOT / "conf").glob("neighbours/gateway*.yaml")))
        for one, wrong in zip(self.all + others, judged(self.all + others)):
            self.assertIsNone(wrong, f"{one['kind']} {one['metadata']['name']}")

    def test_the_schemas_find_what_is_wrong(self):
        wrong = copy.deepcopy(self.main["Deployment"])
        self.ours(wrong)["livenessProbe"]["httpGet"].pop("port")
        text = copy.deepcopy(self.main["HorizontalPodAutoscaler"])
        text["spec"]["maxReplicas"] = "ten"
        for found in judged([wrong, text, {"apiVersion": "v1", "kind": "Servise", "metadata": {}}]):
            self.assertTrue(found)

    def test_what_is_named_is_there(self):
        deployment = self.main["Deployment"]
        labels = deployment["spec"]["template"]["metadata"]["labels"].items()
        ports = {one["name"]: one["containerPort"] for one in self.ours(deployment)["ports"]}
        for one in self.all:
            spec = one["spec"]
            if one["kind"] == "Service":
                self.assertLessEqual(spec["selector"].items(), labels)
                for port in spec["ports"]:
                    self.assertIn(port["targetPort"], ports)
        for kind in ("PodDisruptionBudget", "NetworkPolicy"):
            spec = self.main[kind]["spec"]
            self.assertLessEqual(spec.get("selector", spec.get("podSelector"))["matchLabels"].items(), labels)
        target = self.main["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]
        self.assertEqual((target["kind"], target["name"]), ("Deployment", deployment["metadata"]["name"]))
        self.assertIn("cpu", self.ours(deployment)["resources"]["requests"], "which the autoscaler divides by")
        kustomization = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
        made = {one["name"] for one in kustomization["configMapGenerator"]}
        for file in kustomization["resources"] + kustomization["configMapGenerator"][0]["files"]:
            self.assertTrue((FOLDER / file).exists(), file)
        for one in self.deployments():
            for volume in self.pod(one)["volumes"]:
                if "configMap" in volume:
                    self.assertIn(volume["configMap"]["name"], made)
            volumes = {volume["name"] for volume in self.pod(one)["volumes"]}
            for mount in self.ours(one)["volumeMounts"]:
                self.assertIn(mount["name"], volumes)

    def test_pods_are_as_the_image_and_the_program_want_them(self):
        user, group = re.findall(r"^USER (\d+):(\d+)$", RECIPE, re.M)[0]
        version = re.search(r"project\(latchkey VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text()).group(1)
        listening = (FOLDER / "latchkey.toml").read_text()
        for one in self.deployments():
            pod, ours = self.pod(one), self.ours(one)
            rights = {**pod.get("securityContext", {}), **ours["securityContext"]}
            self.assertEqual((rights["runAsUser"], rights["runAsGroup"], rights["fsGroup"]),
                             (int(user), int(group), int(group)))
            self.assertTrue(rights["runAsNonRoot"] and rights["readOnlyRootFilesystem"])
            self.assertEqual(rights["capabilities"], {"drop": ["ALL"]})
            self.assertIs(pod["enableServiceLinks"], False, "its variables would be read as settings")
            self.assertEqual(ours["image"], f"latchkey:{version}")
            self.assertEqual(ours["readinessProbe"]["httpGet"]["path"], "/readyz")
            self.assertEqual(ours["startupProbe"]["httpGet"]["path"], "/livez")
            for port in ours["ports"]:
                self.assertIn(f':{port["containerPort"]}"', listening)
        pod = self.pod(self.main["Deployment"])
        pause = self.ours(self.main["Deployment"])["lifecycle"]["preStop"]["sleep"]["seconds"]
        drain = 10  # server.timeouts.drain
        self.assertGreater(pod["terminationGracePeriodSeconds"], pause + drain)

    @unittest.skipUnless("BIN" in os.environ, "no program to ask")
    def test_the_configuration_is_valid(self):
        text = (FOLDER / "latchkey.toml").read_text()
        with tempfile.TemporaryDirectory() as folder:
            cert, key = f"{folder}/tls.crt", f"{folder}/tls.key"
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                            "-days", "30", "-subj", "/CN=localhost", "-keyout", key, "-out", cert], check=True,
                           capture_output=True)
            for one in self.deployments():
                config = pathlib.Path(folder, "latchkey.toml")
                config.write_text(text.replace("/etc/latchkey-tls/", f"{folder}/"))
                args = self.ours(one)["args"]
                args = ["check-config", "--config", str(config), *args[3:]]
                clean = {k: v for k, v in os.environ.items() if not k.startswith("LATCHKEY_")}
                done = subprocess.run([f'{os.environ["BIN"]}/latchkey', *args], capture_output=True, text=True, env=clean)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
