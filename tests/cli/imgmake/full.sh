# SPDX-License-Identifier: GPL-2.0-or-later
# A full disk, a file too large, a pipe that nobody reads.
core 300 core
(
	trap '' XFSZ
	ulimit -f 256
	expect 2 "$IMGMAKE" -o image core
	says err 'image: cannot write: File too large'
)
[ ! -e image ] || fail "a part of an image is left"

expect 2 bash -c '"$IMGMAKE" core >/dev/full'
says err 'standard output: cannot write: No space left on device'
expect 2 bash -c '"$IMGCHECK" core >/dev/full'
says err 'standard output: No space left on device'

status=0
"$IMGMAKE" core 2>err | true || status=${PIPESTATUS[0]}
case $status in
0 | 141) ;;
*) fail "a closed pipe: status $status" ;;
esac
[ ! -s err ] || says err 'Broken pipe'
rm out err

[ -w /proc/self/ns/mnt ] || [ "$(id -u)" -eq 0 ] || skip "no tmpfs to fill"
mkdir disk
mount -t tmpfs -o size=512k tmpfs disk 2>/dev/null || skip "no tmpfs to fill"
trap 'umount disk' EXIT
expect 2 "$IMGMAKE" -o disk/image core
says err 'disk/image: cannot write: No space left on device'
[ -z "$(ls -A disk)" ] || fail "left behind: $(ls -A disk)"
