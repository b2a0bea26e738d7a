# SPDX-License-Identifier: GPL-2.0-or-later
# Sign, list, replace, remove: and nothing but the slots changes.
fixture good-sealed-packed packed
fixture good-sealed-plain plain
"$IMGSIGN" -q --new-key=me
"$IMGSIGN" -q --new-key=you --key-type=ecdsa-p256
[ "$(stat -c %a me.key)" = 600 ] || fail "the key can be read by others"

for image in packed plain; do
	cp $image before
	inode=$(stat -c %i $image)
	expect 0 "$IMGSIGN" --key=me.key --cert=me.pem $image
	says err "signed by CN=me in slot 1"
	[ "$(stat -c %i $image)" = "$inode" ] || fail "another file"
	expect 0 "$IMGCHECK" --trust=me.pem --require-signature $image
	says out "valid"
	says out "signed by CN=me"
	# Who signs again takes his own place.
	expect 0 "$IMGSIGN" --key=me.key --cert=me.pem $image
	says err "in slot 2, instead of an older signature"
	expect 0 "$IMGSIGN" --key=you.key --cert=you.pem $image
	says err "in slot 1"
	expect 0 "$IMGSIGN" --list --trust=me.pem --trust=you.pem $image
	[ "$(grep -c ": good; signed by CN=" out)" = 2 ] || fail "$(cat out)"
	# One that is trusted will do.
	expect 0 "$IMGCHECK" --trust=you.pem --require-signature $image
	says out "signed by CN=you"
	says err "slot 2: untrusted"
	expect 0 "$IMGSIGN" --remove $image
	says err "2 signatures removed"
	cmp before $image || fail "not as it was"
done

# By number, serial and fingerprint.
serial=$(openssl x509 -in me.pem -noout -serial | cut -d= -f2)
print=$(openssl x509 -in you.pem -noout -fingerprint -sha256 |
	cut -d= -f2 | tr -d :)
sign_both()
{
	"$IMGSIGN" -q --remove packed
	"$IMGSIGN" -q --key=me.key --cert=me.pem packed
	"$IMGSIGN" -q --key=you.key --cert=you.pem packed
}
sign_both
expect 0 "$IMGSIGN" --remove=2 packed
expect 1 "$IMGCHECK" --trust=you.pem --require-signature packed
sign_both
expect 0 "$IMGSIGN" --remove="$serial" packed
expect 1 "$IMGCHECK" --trust=me.pem --require-signature packed
expect 0 "$IMGCHECK" --trust=you.pem --require-signature packed
sign_both
expect 0 "$IMGSIGN" --trust=you.pem --remove="${print:0:16}" packed
expect 0 "$IMGCHECK" --trust=me.pem --require-signature packed
expect 1 "$IMGSIGN" --remove=3 packed
says err "no signature '3'"
expect 1 "$IMGSIGN" --remove=12345678 packed

# Four slots, and no more; --replace makes room.
"$IMGSIGN" -q --remove packed
for i in 1 2 3 4 5; do
	"$IMGSIGN" -q --new-key=k$i --key-type=ecdsa-p256
	status=0
	[ $i -lt 5 ] || status=2
	expect $status "$IMGSIGN" --key=k$i.key --cert=k$i.pem packed
done
says err "all 4 signature slots are in use"
says err "--replace or --remove makes room"
expect 0 "$IMGSIGN" --key=k5.key --cert=k5.pem --replace=3 packed
says err "in slot 3"
expect 0 "$IMGCHECK" --trust=k4.pem --require-signature packed
expect 0 "$IMGSIGN" --key=k1.key --cert=k1.pem --replace packed
expect 0 "$IMGSIGN" --list packed
[ "$(wc -l <out)" = 1 ] || fail "$(cat out)"

# All kinds of signatures that there are.
for digest in sha256 sha384 sha512; do
	for how in "" --pss --attributes --with-cert; do
		expect 0 "$IMGSIGN" --key=me.key --cert=me.pem \
			--digest=$digest $how packed
		expect 0 "$IMGCHECK" --trust=me.pem --require-signature packed
	done
done
expect 0 "$IMGSIGN" --json --list --trust=me.pem packed
says out '"verdict": "good"'
says out '"digest": "SHA-512"'
cp out document
valid_json imgsign-1 document
expect 2 "$IMGSIGN" --pss --key=you.key --cert=you.pem packed
says err "has no PSS"
expect 0 "$IMGSIGN" --json --key=you.key --cert=you.pem packed
says out '"signer": "CN=you"'
cp out document
valid_json imgsign-1 document
expect 0 "$IMGSIGN" --json --remove packed
cp out document
valid_json imgsign-1 document
expect 0 "$IMGSIGN" --json --key=me.key --cert=me.pem --detached=sig packed
cp out document
valid_json imgsign-1 document
expect 0 "$IMGSIGN" --json --new-key=third --key-type=ecdsa-p256
cp out document
valid_json imgsign-1 document
expect 2 "$IMGSIGN" --json --key=me.key --cert=you.pem packed
cp out document
valid_json imgsign-1 document
