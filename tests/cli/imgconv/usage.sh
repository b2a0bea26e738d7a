# SPDX-License-Identifier: GPL-2.0-or-later
core 4 core
bad()
{
	expect 2 "$IMGCONV" "$@"
	[ ! -s out ] || fail "writes to standard output: $*"
	echo "$*"
	cat err
}
bad
bad core other
bad --to=tape core
bad --to=elf --codec=zstd core
bad --to=plain --codec=zstd core
bad --to=elf --block-pages=16 core
bad --to=elf --content-digests core
bad --to
bad --salvage=yes core
bad --profile=plain core
ls
