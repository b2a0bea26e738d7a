# SPDX-License-Identifier: GPL-2.0-or-later
# Swap areas hold what somebody wants to resume: no tool opens one to write.
strace -o /dev/null true 2>/dev/null || {
	echo "strace is missing, or may not trace"
	exit 77
}
"$SRCDIR/tests/swsusp_recipe" "$FIXTURES/swsusp/good-lzo.recipe" image
sum=$(sha256sum <image)

# The leak sanitizer traces the program itself, which only one can.
export ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0

# Every call that opens $1 says read-only, and there is one.
opened_read_only()
{
	grep -E '^[0-9]+ +(open|openat|openat2|creat)\(' trace |
		grep -F "\"$1\"" >opens
	[ -s opens ]
	if grep -vE 'O_RDONLY(\||,|\)|$)' opens ||
		grep -E 'O_(WRONLY|RDWR|TRUNC|CREAT)|^[0-9]+ +creat' opens; then
		exit 1
	fi
}

traced()
{
	strace -f -o trace -e trace=open,openat,openat2,creat "$@" >out 2>err || {
		cat err >&2
		return 1
	}
}

try_all()
{
	traced "$IMGDUMP" "$1"
	opened_read_only "$1"
	traced "$IMGDUMP" --pages "$1"
	opened_read_only "$1"
	traced "$IMGCHECK" --deep --resumable "$1"
	opened_read_only "$1"
	traced "$IMGCONV" -q -f --salvage -o packed "$1"
	opened_read_only "$1"
	traced "$IMGMAKE" -q -f -o packed "$1"
	opened_read_only "$1"
}

touch -d 2001-01-01 image
try_all image
[ "$(sha256sum <image)" = "$sum" ]
[ "$(stat -c %Y image)" = "$(date -d 2001-01-01 +%s)" ]

# A block device, if there may be one; it refuses writes besides.
device=$(losetup --find --show --read-only image 2>/dev/null) || exit 0
trap 'losetup --detach "$device"' EXIT
try_all "$device"
[ "$(sha256sum <image)" = "$sum" ]
