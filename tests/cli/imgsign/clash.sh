# SPDX-License-Identifier: GPL-2.0-or-later
# What is read is never written over, by whatever name.
fixture good-sealed-packed image
"$IMGSIGN" -q --new-key=me --key-type=ecdsa-p256
mkdir t
cp me.pem t
echo secret >secret
ln -s image symbolic
ln image hard
"$IMGSIGN" -q --key=me.key --cert=me.pem --detached=sig image
mkdir before
cp image me.key me.pem secret sig before

refused()
{
	expect 2 "$IMGSIGN" -f --key=me.key --cert=me.pem --trust=t \
		--passphrase-file=secret --signature=sig "$@"
	says err "$text"
	for file in image me.key me.pem secret sig; do
		cmp "$file" "before/$file" || fail "$file is overwritten: $*"
	done
	cmp t/me.pem before/me.pem
}
text="is the output too"
for file in image ./symbolic hard me.key me.pem secret sig t/me.pem; do
	refused "--detached=$file" image
done
refused --detached=image symbolic
refused "--key=file:$PWD/me.key" --detached=me.key image
refused "--key=file://$PWD/me.key" --detached=me.key image
text="a device, which no signature is written to"
refused --detached=/dev/null image

# Nothing else is in the way.
expect 0 "$IMGSIGN" -f --key=me.key --cert=me.pem --detached=sig image
expect 2 "$IMGSIGN" --key=me.key --cert=me.pem --detached=sig image
says err "exists"
