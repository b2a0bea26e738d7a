# SPDX-License-Identifier: GPL-2.0-or-later
# Runs of frames, in both views; runs do not end where blocks do.
fixture good-resumable image
"$IMGDUMP" --pages image
"$IMGDUMP" --pages --view=jump image
"$IMGDUMP" --pages --json image | jq -c '.pages.runs[]'
"$IMGDUMP" --pages --json --view=jump image | jq -c '.pages.view, .pages.totals[]'
recipe long <<END
block-pages 4
pages 1 1000 random seed
pages 1001 1000 zero
END
"$IMGDUMP" --pages --bytes long
fixture good-bare bare
"$IMGDUMP" --pages bare
fixture good-no-backup-map alone
expect 1 "$IMGDUMP" --pages --view=jump alone
says err 'imgdump: alone: '
