# SPDX-License-Identifier: GPL-2.0-or-later
# The commands of imgsign(1): openssl verifies ours, and we take openssl's.
command -v openssl >/dev/null || skip "no openssl here"
fixture good-sealed-packed image
for type in rsa-2048 rsa-3072 rsa-4096 ecdsa-p256 ecdsa-p384; do
	rm -f me.key me.pem
	"$IMGSIGN" -q --new-key=me --key-type=$type
	for how in "" --attributes --with-cert; do
		"$IMGSIGN" -q -f --key=me.key --cert=me.pem $how \
			--detached=image.p7s image
		"$IMGDUMP" --manifest --raw image >manifest
		openssl cms -verify -binary -inform DER -in image.p7s \
			-content manifest -certfile me.pem -nointern \
			-CAfile me.pem -purpose any -partial_chain \
			-out /dev/null 2>verified ||
			fail "$type $how: $(cat verified)"
		expect 0 "$IMGCHECK" --trust=me.pem --require-signature \
			--signature=image.p7s image
		expect 1 "$IMGCHECK" --trust=me.pem --require-signature image
	done
	# With the flags of the kernel's scripts/sign-file.
	openssl cms -sign -binary -noattr -nocerts -nosmimecap -md sha256 \
		-signer me.pem -inkey me.key -in manifest -outform DER \
		-out theirs.p7s
	expect 0 "$IMGCHECK" --trust=me.pem --require-signature \
		--signature=theirs.p7s image
	says out "signed by CN=me"
	# Without attributes RSA gives one signature only: the same bytes.
	case $type in
	rsa-*)
		"$IMGSIGN" -q -f --key=me.key --cert=me.pem \
			--detached=image.p7s image
		cmp image.p7s theirs.p7s || fail "others than openssl's" ;;
	esac
done
# In a slot too, as it is.
printf x >>manifest
openssl cms -sign -binary -noattr -nocerts -nosmimecap -md sha256 \
	-signer me.pem -inkey me.key -in manifest -outform DER -out bad.p7s
expect 1 "$IMGCHECK" --trust=me.pem --require-signature \
	--signature=bad.p7s image
says out "bad signature"
says out "[SIG-05]"
# A streamed image cannot be signed in place, but beside it.
"$IMGCONV" -q -o - image >streamed
expect 4 "$IMGSIGN" --key=me.key --cert=me.pem streamed
says err "only a sealed image"
says err "seal it first"
"$IMGSIGN" -q -f --key=me.key --cert=me.pem --detached=image.p7s streamed
expect 0 "$IMGCHECK" --trust=me.pem --require-signature \
	--signature=image.p7s streamed
