/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "stun/credential.h"

/* The digest of up to three texts with colons between them; @third may be NULL. */
static void
digest(GChecksumType type,
       guint8 *value,
       gsize size,
       const char *first,
       const char *second,
       const char *third)
{
    g_autoptr(GChecksum) checksum = g_checksum_new(type);

    g_checksum_update(checksum, (const guchar *)first, -1);
    g_checksum_update(checksum, (const guchar *)":", 1);
    g_checksum_update(checksum, (const guchar *)second, -1);
    if (third != NULL) {
        g_checksum_update(checksum, (const guchar *)":", 1);
        g_checksum_update(checksum, (const guchar *)third, -1);
    }
    g_checksum_get_digest(checksum, value, &size);
}

void
np_stun_credential_key_md5(guint8 key[NP_STUN_CREDENTIAL_MD5_SIZE],
                           const char *username,
                           const char *realm,
                           const char *password)
{
    digest(G_CHECKSUM_MD5, key, NP_STUN_CREDENTIAL_MD5_SIZE, username, realm, password);
}

void
np_stun_credential_key_sha256(guint8 key[NP_STUN_CREDENTIAL_SHA256_SIZE],
                              const char *username,
                              const char *realm,
                              const char *password)
{
    digest(G_CHECKSUM_SHA256, key, NP_STUN_CREDENTIAL_SHA256_SIZE, username, realm, password);
}

void
np_stun_credential_userhash(guint8 hash[NP_STUN_CREDENTIAL_SHA256_SIZE],
                            const char *username,
                            const char *realm)
{
    digest(G_CHECKSUM_SHA256, hash, NP_STUN_CREDENTIAL_SHA256_SIZE, username, realm, NULL);
}
