/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "stun/cookie.h"

#include "util/secret.h"
#include "util/writer.h"

#include <string.h>

static void
mac(guint8 cookie[NP_STUN_COOKIE_SIZE],
    const guint8 secret[NP_STUN_COOKIE_SECRET_SIZE],
    const NpAddress *source,
    guint64 epoch)
{
    g_autoptr(GHmac) hmac = g_hmac_new(G_CHECKSUM_SHA256, secret, NP_STUN_COOKIE_SECRET_SIZE);
    guint8 input[1 + sizeof source->bytes + 2 + 8];
    NpWriter writer = np_writer(input, sizeof input);
    guint8 digest[32];
    gsize digest_size = sizeof digest;

    np_writer_u8(&writer, (guint8)source->family);
    np_writer_bytes(&writer, source->bytes, sizeof source->bytes);
    np_writer_u16(&writer, source->port);
    np_writer_u64(&writer, epoch);
    g_hmac_update(hmac, input, sizeof input);
    g_hmac_get_digest(hmac, digest, &digest_size);
    memcpy(cookie, digest, NP_STUN_COOKIE_SIZE);
}

static guint64
epoch_of(NpTime now)
{
    return (guint64)(now / NP_STUN_COOKIE_EPOCH);
}

void
np_stun_cookie_make(guint8 cookie[NP_STUN_COOKIE_SIZE],
                    const guint8 secret[NP_STUN_COOKIE_SECRET_SIZE],
                    const NpAddress *source,
                    NpTime now)
{
    mac(cookie, secret, source, epoch_of(now));
}

gboolean
np_stun_cookie_check(const guint8 cookie[NP_STUN_COOKIE_SIZE],
                     const guint8 secret[NP_STUN_COOKIE_SECRET_SIZE],
                     const NpAddress *source,
                     NpTime now)
{
    gboolean good = FALSE;

    for (guint64 age = 0; age <= 1; age++) {
        guint8 expected[NP_STUN_COOKIE_SIZE];

        mac(expected, secret, source, epoch_of(now) - age);
        good = np_secret_equal(cookie, expected, NP_STUN_COOKIE_SIZE) || good;
    }
    return good;
}
