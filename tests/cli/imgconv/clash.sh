# SPDX-License-Identifier: GPL-2.0-or-later
# No file that an option names is the output.
fixture good-sealed-packed image
signer k
mkdir t before
cp k.pem t
echo secret >secret
echo OSRELEASE=6.1.0 >info
echo "1 2" >map
echo "ram 0-ffff" >facts
cp image k.key k.pem secret info map facts before
sign_beside k image sig
cp sig before

refused()
{
	local output=$1

	shift
	expect 2 "$IMGCONV" -f -o "$output" "$@" image
	says err "is the output too"
	cmp "$output" "before/${output##*/}"
}
refused k.key --sign-key=k.key --sign-cert=k.pem
refused k.key "--sign-key=file:$PWD/k.key" --sign-cert=k.pem
refused k.pem --sign-key=k.key --sign-cert=k.pem
refused secret --sign-key=k.key --sign-cert=k.pem --passphrase-file=secret
refused k.pem --trust=k.pem
refused t/k.pem --trust=t
refused sig --trust=t --signature=sig
refused info --vmcoreinfo=info
refused map --backup-map=map
ln -s k.key by-name
expect 2 "$IMGCONV" -f -o by-name --sign-key=k.key --sign-cert=k.pem image
cmp k.key before/k.key
expect 2 bash -c '"$IMGCONV" --sign-key=k.key --sign-cert=k.pem image >>k.key'
cmp k.key before/k.key
expect 2 "$IMGMAKE" -f -o facts --machine-facts=facts image
says err "is the output too"
cmp facts before/facts
