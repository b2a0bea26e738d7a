# SPDX-License-Identifier: GPL-2.0-or-later
# What a person reads first, for each sort of image.
# How well a codec compresses is its own matter.
show()
{
	"$IMGDUMP" "$@" | sed -E 's/^(Image size|Page data|UUID|Root): .*/\1: .../'
}
for name in good-resumable good-claimed good-classes good-hibernating-kernel \
	good-jump-view-packed good-no-entry good-salvaged good-poison \
	good-page-64k-plain good-text-full good-signature-unknown-kind \
	good-bare good-foreign-qemu good-empty-sealed; do
	fixture $name $name
	show $name
	echo
done
show --bytes -v good-resumable
