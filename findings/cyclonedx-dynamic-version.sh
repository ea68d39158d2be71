#!/bin/sh
# An SBOM of a project whose version is dynamic names the product without its version, and is valid
#
# Seen:      2026-11-28
# Versions:  cyclonedx-bom 7.5.0, setuptools 83.0.0, Python 3.11.7
# Guess:     `cyclonedx-py environment --pyproject FILE PYTHON` describes the project as the main component. The project is installed
#            in that environment, so name, version and purl are known there, wherever pyproject.toml has the version from.
# Behaviour: With `dynamic = ["version"]` (a version in __init__.py, setuptools-scm, hatch-vcs) the main component has a name
#            only. The installed distribution is taken out of the list, since it is the main component, and its version
#            with it. What is printed is the same in both cases, and the validation
#            passes.
# Matters:   An SBOM goes with one release, and scanners match by name and version or by purl. This one fits every release. A copy of
#            pyproject.toml with the version written out has it in.
# Source:    run
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check cyclonedx-bom==7.5.0 setuptools==83.0.0 wheel

for kind in static dynamic; do
  mkdir $kind
  echo '__version__ = "1.2.3"' > $kind/product.py
  case $kind in static) version='version = "1.2.3"' ;; dynamic) version='dynamic = ["version"]' ;; esac
  cat > $kind/pyproject.toml <<END
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "product"
$version
[tool.setuptools]
py-modules = ["product"]
END
  [ $kind = static ] || printf '[tool.setuptools.dynamic]\nversion = { attr = "product.__version__" }\n' >> $kind/pyproject.toml
  python3 -m venv $kind/env
  py/bin/pip --python $kind/env/bin/python install -q --disable-pip-version-check ./$kind
  py/bin/cyclonedx-py environment --validate --pyproject $kind/pyproject.toml -o $kind.json $kind/env/bin/python 2> $kind.log
done

cmp static.log dynamic.log || { echo "changed: there is a word about it"; cat dynamic.log; exit 1; }
echo "guess: the version is 1.2.3 in both"
for kind in static dynamic; do
  py/bin/python - $kind <<'PY'
import json, subprocess, sys
kind = sys.argv[1]
ask = [f"{kind}/env/bin/python", "-c", "from importlib.metadata import version; print(version('product'))"]
bom = json.load(open(f"{kind}.json"))
main, parts = bom["metadata"]["component"], [part["name"] for part in bom["components"]]
print(f"{kind}: installed {subprocess.check_output(ask, text=True).strip()}, main component {main['name']}",
      f"version {main.get('version')}, a part as well: {'product' in parts}")
PY
done > seen
cat seen
cat > expected <<'END'
static: installed 1.2.3, main component product version 1.2.3, a part as well: False
dynamic: installed 1.2.3, main component product version None, a part as well: False
END
diff expected seen || { echo "changed: the version of the main component is no longer as described"; exit 1; }
echo "still so"
