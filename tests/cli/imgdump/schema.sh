# SPDX-License-Identifier: GPL-2.0-or-later
# Every document, of every fixture, is as the schema says, and has no key that
# the schema does not tell of.
"$RECIPE" --all .
for name in good-arm64 good-generic good-label good-lz4-zero-flags good-raw \
	good-stream-zones bad-sws-03 bad-sws-10-torn-zero bad-sws-12-pages \
	unsupported-sws-04; do
	"$SRCDIR/tests/swsusp_recipe" "$FIXTURES/swsusp/$name.recipe" "$name"
done
cat >validate.py <<'END'
import json, os, subprocess, sys
import jsonschema

SECTIONS = """summary headers segments notes backup-map memory-map mappings
    vmcoreinfo manifest pages""".split()

def forbid_others(node):
    """The schema lets readers meet keys of later versions; a test does not."""
    if isinstance(node, dict):
        if "properties" in node and "type" in node:
            node.setdefault("additionalProperties", False)
        for child in node.values():
            forbid_others(child)
    elif isinstance(node, list):
        for child in node:
            forbid_others(child)

def shorten(node):
    """The middle of a long table is as its ends."""
    if isinstance(node, dict):
        return {key: shorten(child) for key, child in node.items()}
    if isinstance(node, list) and len(node) > 200:
        node = node[:100] + node[-100:]
    return [shorten(child) for child in node] if isinstance(node, list) else node

with open(sys.argv[1]) as file:
    schema = json.load(file)
forbid_others(schema)
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
wrong = 0

def complain(name, what):
    global wrong
    print(f"{name}: {what}", file=sys.stderr)
    wrong += 1

def try_one(name, options, sections):
    run = subprocess.run([os.environ["IMGDUMP"], "--json", *options, name],
                         capture_output=True)
    try:
        document = json.loads(run.stdout)
    except ValueError:
        complain(name, f"status {run.returncode}, no document: {run.stderr}")
        return run.returncode
    for error in validator.iter_errors(shorten(document)):
        complain(name, f"{list(error.path)}: {error.message[:200]}")
    if run.returncode not in (0, 1, 3, 4):
        complain(name, f"status {run.returncode}")
    if run.returncode == 0 and run.stderr:
        complain(name, run.stderr)
    lines = [line for line in run.stderr.splitlines()
             if not line.startswith(b"imgdump: hint: ")]
    if run.returncode != 0 and len(lines) != 1:
        complain(name, f"not one line: {run.stderr}")
    if (run.returncode != 0) != ("error" in document):
        complain(name, "status and document disagree")
    wanted = {section.replace("-", "_") for section in sections}
    if "vmcoreinfo" in wanted:
        wanted.add("vmcoreinfo_origin")
    if run.returncode == 0 and set(document) - {"format", "input"} != wanted:
        complain(name, f"has {set(document)}, not {wanted}")
    return run.returncode

for name in sorted(os.listdir(".")):
    if not name.startswith(("good-", "bad-", "unsupported-")):
        continue
    if name.endswith((".pages", ".hashes")):
        continue
    status = try_one(name, [f"--{s}" for s in SECTIONS], SECTIONS)
    if name.startswith("good-") and status != 0:
        complain(name, f"status {status}")
for section in SECTIONS:
    try_one("good-mappings-split", [f"--{section}"], [section])
try_one("good-mappings-split", [], ["summary"])
try_one("good-resumable", ["--read=0x10000", "--read=0x28000:1M"], ["read"])
try_one("good-resumable", ["--read=0x10000", "--read=0x30000"], ["read"])
try_one("good-resumable", ["--pages", "--view=jump"], ["pages"])
sys.exit(wrong > 0)
END
/usr/bin/python3 validate.py "$SRCDIR/spec/schema/imgdump-1.json"
