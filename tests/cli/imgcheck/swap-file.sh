# SPDX-License-Identifier: GPL-2.0-or-later
# A swap file as the input itself: its map has pages of the device, and only
# the file system knows which those are.
swap=$SRCDIR/tests/swsusp_recipe
"$swap" "$FIXTURES/swsusp/good-lzo.recipe" partition

# Rewrites every index of the map as the page of the device.
cat >move.py <<'PYTHON'
import fcntl, os, struct, sys

PAGE = 4096


def extents(file):
    request = bytearray(struct.pack("=QQLLLL", 0, 2**64 - 1, 1, 0, 64, 0) + bytes(64 * 56))
    try:
        fcntl.ioctl(file, 0xC020660B, request)
    except OSError:
        return None
    count = struct.unpack_from("=L", request, 20)[0]
    rows = [struct.unpack_from("=QQQQQLLLL", request, 32 + 56 * i) for i in range(count)]
    bad = 0x2 | 0x4 | 0x8 | 0x100 | 0x200 | 0x400
    return None if not rows or any(row[5] & bad for row in rows) else [row[:3] for row in rows]


with open(sys.argv[1], "r+b") as file:
    data = bytearray(file.read())
    os.fsync(file)
    rows = extents(file)
    if rows is None or rows[0][1] == 0:
        sys.exit(77)

    def device(page):
        for logical, physical, length in rows:
            if logical <= page * PAGE < logical + length:
                return (physical + page * PAGE - logical) // PAGE
        sys.exit(77)

    def move(at):
        page = struct.unpack_from("<Q", data, at)[0]
        if page:
            struct.pack_into("<Q", data, at, device(page))
        return page

    page = move(PAGE - 32)
    while page:
        for at in range(page * PAGE, (page + 1) * PAGE - 8, 8):
            move(at)
        page = move((page + 1) * PAGE - 8)
    file.seek(0)
    file.write(data)
    file.flush()
    os.fsync(file)
PYTHON
cp partition file
python3 move.py file || {
	echo "the file system does not tell where files lie"
	exit 77
}
if cmp -s partition file; then
	exit 1
fi
"$IMGCHECK" --deep file
"$IMGDUMP" --pages --json partition | jq -c .pages.runs >wanted
"$IMGDUMP" --pages --json file | jq -c .pages.runs | cmp - wanted

# On a file system that does not tell, the map leads nowhere, and why is said.
[ -w /dev/shm ] || exit 0
copy=$(mktemp -p /dev/shm imgfmt.XXXXXX)
trap 'rm -f "$copy"' EXIT
cp file "$copy"
status=0
"$IMGCHECK" "$copy" >out || status=$?
[ "$status" -eq 1 ]
grep -qE 'if it is a swap file, give its device and --resume-offset' out
