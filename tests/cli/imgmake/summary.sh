# SPDX-License-Identifier: GPL-2.0-or-later
# One line at the end, on standard error; none with --quiet.
core 8 core
"$IMGMAKE" -o image core 2>err
grep -qxE 'imgmake: image: 2\.6 MiB of memory as a sealed image of [0-9.]+ KiB \([0-9.]+ %\) in [0-9.]+ s' err ||
	fail "$(cat err)"
"$IMGMAKE" -v core 2>err >streamed
grep -qxF 'imgmake: standard output: pages: 408 stored, 256 zero, 0 excluded' err ||
	fail "$(cat err)"
"$IMGMAKE" -q -f -o image core
