# SPDX-License-Identifier: GPL-2.0-or-later
core 8 core
"$IMGMAKE" -q -o image core
"$IMGCHECK" --json --resumable image >document || :
valid_json imgcheck-1 document
jq -c '[.verdict, .level, .profile, .digests, .resumable, .here, .errors]' document
jq -c '.findings[] | [.severity, .what.rule]' document
"$IMGCHECK" --json core >document
valid_json imgcheck-1 document
jq -c '[.verdict, .level, .digests, .resumable]' document
head -c 4000 image >cut
expect 1 "$IMGCHECK" --json cut
valid_json imgcheck-1 out
jq -c '[.verdict, .level, .findings[0].what.status]' out
expect 3 "$IMGCHECK" --json document
valid_json imgcheck-1 out
jq -c '[.verdict, .level]' out
expect 2 "$IMGCHECK" --json missing
valid_json imgcheck-1 out
jq -c '.error.status' out
says err 'imgcheck: missing: cannot open: No such file or directory'
