# SPDX-License-Identifier: GPL-2.0-or-later
# A bit that is flipped anywhere is found: of each region of a small image, and
# of what lies between them, its ends and a sample that a seed decides.  Every
# bit of every byte is tests/property/bitflip's.
recipe core <<EOF
level foreign
segment 0x1000 0x1000 text a
segment 0x3000 0x1000 random b
EOF
"$IMGMAKE" -q -o sealed core
"$IMGMAKE" -q core >streamed
"$IMGMAKE" -q --profile=plain -o plain core
cat >flip.py <<'EOF'
import concurrent.futures, json, os, random, subprocess, sys

SAMPLE = 10		# bytes of a region, besides its ends

def regions(path, size):
    """(first, end) of each region and of each gap; together the whole file."""
    tool = [os.environ["IMGDUMP"], "--json", "--headers", path]
    found = json.loads(subprocess.check_output(tool))["headers"]["regions"]
    end = 0
    for region in found:
        if region["offset"] > end:
            yield end, region["offset"]
        end = region["offset"] + region["size"]
        yield region["offset"], end
    if size > end:
        yield end, size

def places(path, size, chance):
    for first, end in regions(path, size):
        some = range(first, end)
        if len(some) > SAMPLE:
            some = {first, end - 1, *chance.sample(some, SAMPLE)}
        yield from sorted(some)

def flip(path, data, at, bit):
    flipped = bytearray(data)
    flipped[at] ^= bit
    name = f"{path}.{at}"
    with open(name, "wb") as out:
        out.write(flipped)
    run = subprocess.run([os.environ["IMGCHECK"], "-q", name])
    os.unlink(name)
    if run.returncode == 1 or run.returncode in (3, 4) and at < 512:
        return True
    print(f"{path}: bit {bit:#x} of byte {at:#x}: status {run.returncode}")
    return False

def main():
    seed = os.environ.get("FLIPS_SEED", "1")
    path = sys.argv[1]
    chance = random.Random(f"{seed} {path}")
    with open(path, "rb") as file:
        data = file.read()
    work = [(path, data, at, 1 << chance.randrange(8))
            for at in places(path, len(data), chance)]
    assert len(work) > 100 and work[-1][2] == len(data) - 1
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        right = list(pool.map(lambda job: flip(*job), work))
    if not all(right):
        sys.exit(f"FLIPS_SEED={seed}: {right.count(False)} of {len(right)} not found")

main()
EOF
for image in sealed streamed plain; do
	/usr/bin/python3 flip.py "$image"
done
