# SPDX-License-Identifier: GPL-2.0-or-later
# A wrong command line: one line that says what, one where to find help.
core 4 core
bad()
{
	expect 2 "$IMGMAKE" "$@"
	echo "$*"
	cat out
	cat err
}
bad
bad core other
bad --no-such-option core
bad --profile=best core
bad --codec=best core
bad --codec=zstd:99 core
bad --codec=none:1 core
bad --exclude=best core
bad --exclude= core
bad --exclude=none,zero core
bad --view=side core
bad --block-pages=3 core
bad --block-pages=128 core
bad --block-pages=0 core
bad --block-pages=00 core
bad --entry=zero core
bad --threads=many core
bad --memlimit=1X core
bad --from=tape core
bad --profile=plain --codec=zstd core
bad --json core
ls
