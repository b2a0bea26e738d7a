# SPDX-License-Identifier: GPL-2.0-or-later
# A signature comes out of its slot as it went in.
fixture good-sealed-packed image
"$IMGSIGN" -q --new-key=me --key-type=rsa-2048
"$IMGSIGN" -q --new-key=you --key-type=ecdsa-p256

expect 1 "$IMGSIGN" --extract=none image
says err "no slot has a signature"
[ ! -e none ] || fail "a file of no signature"

# RSA without attributes gives one signature only.
"$IMGSIGN" -q --key=me.key --cert=me.pem --detached=beside image
"$IMGSIGN" -q --key=me.key --cert=me.pem image
cp image before
expect 0 "$IMGSIGN" --extract=mine image
says err "mine: signature in slot 1 of image"
cmp mine beside
cmp image before || fail "the image has changed"

# It signs what has the same manifest, such as the image without it.
"$IMGSIGN" -q --remove image
expect 0 "$IMGCHECK" --trust=me.pem --require-signature --signature=mine image
cp before image

# Nothing is replaced but on demand, and never the image.
cp mine kept
expect 2 "$IMGSIGN" --extract=mine image
says err "mine: exists, --force replaces it"
cmp mine kept
echo old >mine
expect 0 "$IMGSIGN" -f --extract=mine image
cmp mine kept
expect 2 "$IMGSIGN" -f --extract=image image
says err "image: is the output too"
expect 2 "$IMGSIGN" -f --key=me.key --cert=me.pem --detached=image image
says err "image: is the output too"
cmp image before

# Of several it must be said which.
"$IMGSIGN" -q --key=you.key --cert=you.pem image
expect 2 "$IMGSIGN" --extract=which image
says err "image: has 2 signatures, say by --which of which slot"
[ ! -e which ] || fail "one of two"
expect 1 "$IMGSIGN" --extract=which --which=3 image
says err "no signature '3'"
expect 0 "$IMGSIGN" --extract=second --which=2 image
expect 0 "$IMGCHECK" --trust=you.pem --require-signature --signature=second before
serial=$(openssl x509 -in me.pem -noout -serial | cut -d= -f2)
expect 0 "$IMGSIGN" --json --extract=first --which="$serial" image
cmp first kept
says out '"output": "first"'
says out '"slot": 1'
cp out document
valid_json imgsign-1 document

# Only what is trusted, if that is asked for.
"$IMGSIGN" -q --remove=1 image
expect 1 "$IMGSIGN" --trust=me.pem --require-signature --extract=not image
[ ! -e not ] || fail "of somebody else"

# An image of another kind has no slots.
"$IMGCONV" -q -o - before >streamed
expect 4 "$IMGSIGN" --extract=none streamed
says err "only a sealed image has room for signatures"
