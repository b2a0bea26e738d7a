# SPDX-License-Identifier: GPL-2.0-or-later
# What is wrong with a key or certificate is one clear line, status 2, and the
# image is as it was.
command -v openssl >/dev/null || skip "no openssl here"
fixture good-sealed-packed image
cp image before

refused()
{
	local text=$1

	shift
	expect 2 "$IMGSIGN" "$@" image </dev/null
	[ "$(grep '^imgsign: ' err | grep -vc hint:)" = 1 ] || fail "$(cat err)"
	says err "$text"
	cmp before image || fail "changed: $*"
}

"$IMGSIGN" -q --new-key=me --key-type=ecdsa-p256
"$IMGSIGN" -q --new-key=you --key-type=ecdsa-p256
refused "you.pem: the certificate is not that of the key" \
	--key=me.key --cert=you.pem
refused "gone.key: cannot open: No such file" --key=gone.key --cert=me.pem
refused "gone.pem" --key=me.key --cert=gone.pem
refused "me.pem: no private key in it" --key=me.pem --cert=me.pem
! grep -q unknown err || fail "$(cat err)"
refused "me.key: no certificate in it, and none is given" --key=me.key
says err "hint: give the certificate of the key with --cert=CERT"
openssl pkey -in me.key -outform DER -out only.der
refused "only.der: no certificate in it, and none is given" --key=only.der
core 1 core
expect 2 "$IMGMAKE" --sign-key=me.key -o none core
says err "hint: give the certificate of the key with --sign-cert=CERT"
expect 2 "$IMGMAKE" --key=me.key -o none core
says err "hint: perhaps --sign-key is meant"
echo rubbish >rubbish
refused "rubbish: no private key in it" --key=rubbish --cert=me.pem
refused "neither a certificate nor a revocation list" \
	--key=me.key --cert=rubbish
refused "no provider of OpenSSL is loaded" --key=pkcs11:token=x --cert=me.pem

req()
{
	openssl req -x509 -nodes -keyout k.key -out k.pem -subj /CN=k "$@" \
		2>/dev/null
}
req -newkey ed25519
refused "a key of kind ED25519 signs no images" --key=k.key --cert=k.pem
req -newkey rsa:1024
refused "a key of kind RSA-1024 signs no images" --key=k.key --cert=k.pem
req -newkey ec -pkeyopt ec_paramgen_curve:P-521
refused "signs no images" --key=k.key --cert=k.pem
req -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
	-addext keyUsage=keyEncipherment
refused "not for digital signatures [TRU-03]" --key=k.key --cert=k.pem

# Out of its time.
openssl req -new -key me.key -subj /CN=k -out k.csr
printf '[ca]\ndefault_ca=d\n[d]\ndatabase=index\nnew_certs_dir=.\ndefault_md=sha256\nrand_serial=yes\npolicy=p\n[p]\ncommonName=supplied\n' >conf
: >index
dated()
{
	rm -f index*
	: >index
	openssl ca -batch -selfsign -config conf -keyfile me.key -in k.csr \
		-out k.pem -startdate "$1" -enddate "$2" 2>ca.log ||
		fail "$(cat ca.log)"
}
dated 20200101000000Z 20210101000000Z
refused "expired 2021-01-01T00:00:00Z [TRU-02]" --key=me.key --cert=k.pem
dated 20450101000000Z 20460101000000Z
refused "valid only from 2045-01-01T00:00:00Z [TRU-02]" \
	--key=me.key --cert=k.pem

# Encrypted keys, and keys that are not.
expect 0 "$IMGSIGN" --new-key=plain --key-type=ecdsa-p256
says err "the key is plain.key, not encrypted (--encrypt asks for a passphrase)"
echo secret >secret
echo wrong >wrong
expect 0 "$IMGSIGN" --new-key=locked --key-type=ecdsa-p256 --passphrase-file=secret
says err "the key is locked.key, encrypted"
says locked.key "BEGIN ENCRYPTED PRIVATE KEY"
refused "locked.key: wrong passphrase" --key=locked.key --cert=locked.pem \
	--passphrase-file=wrong
refused "cannot read the passphrase: No such file" --key=locked.key \
	--cert=locked.pem --passphrase-file=gone
# There is no terminal to ask.
setsid -w "$IMGSIGN" --key=locked.key --cert=locked.pem image 2>err &&
	fail "signed without a passphrase"
says err "locked.key: no passphrase"
says err "--passphrase-file"
cmp before image
expect 0 "$IMGSIGN" --key=locked.key --cert=locked.pem \
	--passphrase-file=secret image
expect 0 "$IMGCHECK" --trust=locked.pem --require-signature image
expect 0 "$IMGSIGN" --key="file:$PWD/locked.key" --cert=locked.pem \
	--passphrase-file=secret image

# Key and certificate in one file; DER.
cat me.key me.pem >both
expect 0 "$IMGSIGN" --key=both image
openssl pkey -in me.key -outform DER -out me.key.der
openssl x509 -in me.pem -outform DER -out me.der
expect 0 "$IMGSIGN" --key=me.key.der --cert=me.der image
expect 0 "$IMGCHECK" --trust=me.der --require-signature image

# Files that exist are not replaced.
cp me.key kept
expect 2 "$IMGSIGN" --new-key=me
says err "me.pem: cannot create: File exists"
rm me.pem
expect 2 "$IMGSIGN" --new-key=me
says err "me.key: cannot create: File exists"
[ ! -e me.pem ] || fail "a certificate without key stays"
cmp kept me.key
