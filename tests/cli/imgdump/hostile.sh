# SPDX-License-Identifier: GPL-2.0-or-later
# Text of an image cannot reach the terminal as it is, nor spoil a document.
recipe image <<'END'
pages 1 2 text a
set info.version hex:22005c
note VMCOREINFO 0 hex 410d3d1b0a423d0a43ff3dff0a0a3d0a4e554c3d00
END
expect 1 "$IMGDUMP" image
says err '[INF-16]'
recipe image <<'END'
codec none
pages 1 2 text a
set info.release hex:1b5b324a0a61e2808eff
note VMCOREINFO 0 hex 410d3d1b0a423d0a43ff3dff0a0a3d0a4e554c3d00
END
"$IMGDUMP" --summary --vmcoreinfo --notes image
"$IMGDUMP" --json --summary --vmcoreinfo --notes image >document
valid_json imgdump-1 document
jq -c '.summary.release, .summary.release_raw_hex, .vmcoreinfo[]' document
cp image "$(printf 'a\nb\033\377')"
"$IMGDUMP" --json "$(printf 'a\nb\033\377')" >document
valid_json imgdump-1 document
jq -c '[.input, .input_raw_hex]' document
expect 2 "$IMGDUMP" "$(printf 'missing\033x')"
says err 'imgdump: missing\x1bx: '
