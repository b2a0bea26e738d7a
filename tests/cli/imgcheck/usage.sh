# SPDX-License-Identifier: GPL-2.0-or-later
core 4 core
bad()
{
	expect 2 "$IMGCHECK" "$@"
	[ ! -s out ] || fail "writes to standard output: $*"
	echo "$*"
	cat err
}
bad
bad core other
bad --quick --deep core
bad --output=x core
bad --machine=missing core
bad --kernel
