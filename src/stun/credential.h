/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Keys and hashes of the long-term credential (RFC 8489, 9.2.2, 14.4 and 18.5.1)
 *
 * A short-term key is the password's bytes themselves. All texts must have gone through
 * OpaqueString preparation (RFC 8265) already, which leaves plain ASCII as it is.
 */

#include <glib.h>

#define NP_STUN_CREDENTIAL_MD5_SIZE 16
#define NP_STUN_CREDENTIAL_SHA256_SIZE 32

/* MD5(username ":" realm ":" password): for MESSAGE-INTEGRITY. */
void np_stun_credential_key_md5(guint8 key[NP_STUN_CREDENTIAL_MD5_SIZE],
                                const char *username,
                                const char *realm,
                                const char *password);
/* The same by SHA-256: the key that PASSWORD-ALGORITHM SHA-256 selects. */
void np_stun_credential_key_sha256(guint8 key[NP_STUN_CREDENTIAL_SHA256_SIZE],
                                   const char *username,
                                   const char *realm,
                                   const char *password);
/* SHA-256(username ":" realm): the value of USERHASH. */
void np_stun_credential_userhash(guint8 hash[NP_STUN_CREDENTIAL_SHA256_SIZE],
                                 const char *username,
                                 const char *realm);
