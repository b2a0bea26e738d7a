# SPDX-License-Identifier: GPL-2.0-or-later
# Each table alone, and all of them with titles.
fixture good-mappings-split image
for what in headers segments notes backup-map memory-map mappings vmcoreinfo; do
	echo "--$what"
	"$IMGDUMP" --$what image
done
echo all
"$IMGDUMP" --headers --segments --notes --backup-map --memory-map \
	--mappings --vmcoreinfo --pages --read=0x10000:16 image
echo raw
"$IMGDUMP" --vmcoreinfo --raw image
