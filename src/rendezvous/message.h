/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What two peers and the server that introduces them say to each other
 *
 * A message is an operation and the fields that the operation has; which ones, a table says, to the
 * codec as well as to the machines. Everything is a value of bounded size but the profile. How it
 * looks on the wire is src/wire's business, and doc/protocol.md's.
 */

#include "core/time.h"
#include "nat/profile.h"
#include "util/address.h"

#define NP_RENDEZVOUS_VERSION 1

/* Letters, digits, '-', '_', '.', '@', not starting with '.' or '-': safe in a file name and a
 * shell. */
#define NP_RENDEZVOUS_MAX_ID 64
#define NP_RENDEZVOUS_ID_SIZE (NP_RENDEZVOUS_MAX_ID + 1)
/* Of an access token, a program's name, and what an operator has to say. */
#define NP_RENDEZVOUS_MAX_TEXT 255
#define NP_RENDEZVOUS_TEXT_SIZE (NP_RENDEZVOUS_MAX_TEXT + 1)
/* In each list. Host candidates are as many as science allows to be probed. */
#define NP_RENDEZVOUS_MAX_ADDRESSES 8
#define NP_RENDEZVOUS_SECRET_SIZE 16
#define NP_RENDEZVOUS_KEY_SIZE 32       /* X25519, SHA-256, the key of an HMAC-SHA256 */
#define NP_RENDEZVOUS_SIGNATURE_SIZE 64 /* Ed25519 */

typedef enum {
    NP_RENDEZVOUS_HELLO,   /* to the server: log in */
    NP_RENDEZVOUS_WELCOME, /* its answer */
    NP_RENDEZVOUS_REFUSED, /* to a client: no, because */
    NP_RENDEZVOUS_PING,    /* to the server: alive, and what time is it? */
    NP_RENDEZVOUS_PONG,
    NP_RENDEZVOUS_CALL,    /* to the server: reach this peer; to the callee: a peer wants you */
    NP_RENDEZVOUS_RINGING, /* to the caller: the callee was told */
    NP_RENDEZVOUS_ACCEPT,  /* to the server: yes; to the caller: it said yes */
    NP_RENDEZVOUS_REJECT,  /* to the server: no */
    NP_RENDEZVOUS_CANCEL,  /* to the server, of either side: no longer */
    NP_RENDEZVOUS_END,     /* to a client: this call is over, because */
    NP_RENDEZVOUS_TOKEN,   /* to both: ask STUN with this, from the socket that will punch */
    NP_RENDEZVOUS_ECHO,    /* to the server: the nonce of STUN's answer */
    NP_RENDEZVOUS_READY,   /* to the server: keys and candidates; fire when the other is ready */
    NP_RENDEZVOUS_PUSH,    /* to both at once: the other's, and when */
    NP_RENDEZVOUS_SAY,     /* to every client: text */
    NP_RENDEZVOUS_TELL,    /* to one client: text */
    NP_RENDEZVOUS_N_OPERATIONS,
} NpRendezvousOperation;

typedef enum {
    NP_RENDEZVOUS_REASON_REJECTED,      /* the callee does not want it */
    NP_RENDEZVOUS_REASON_CANCELLED,     /* the other side gave up */
    NP_RENDEZVOUS_REASON_ABSENT,        /* nobody is logged in under that id */
    NP_RENDEZVOUS_REASON_GONE,          /* was logged in, and left in the middle of the call */
    NP_RENDEZVOUS_REASON_UNANSWERED,    /* the callee neither accepted nor rejected */
    NP_RENDEZVOUS_REASON_NOT_READY,     /* accepted, but one side never was ready */
    NP_RENDEZVOUS_REASON_BUSY,          /* the callee or the caller has as many calls as may be */
    NP_RENDEZVOUS_REASON_SELF,          /* one's own id */
    NP_RENDEZVOUS_REASON_ID_TAKEN,      /* belongs to another key */
    NP_RENDEZVOUS_REASON_ID_INVALID,    /* not made of what ids are made of */
    NP_RENDEZVOUS_REASON_UNAUTHORIZED,  /* the server wants an access token, and not this one */
    NP_RENDEZVOUS_REASON_VERSION,       /* no version of the protocol in common */
    NP_RENDEZVOUS_REASON_FULL,          /* as many peers as may be */
    NP_RENDEZVOUS_REASON_TOO_FAST,      /* over a rate; retry says when */
    NP_RENDEZVOUS_REASON_REPLACED,      /* the same key logged in again */
    NP_RENDEZVOUS_REASON_SILENT,        /* nothing was heard for too long */
    NP_RENDEZVOUS_REASON_NOT_LOGGED_IN, /* hello comes first */
    NP_RENDEZVOUS_REASON_LOGGED_IN,     /* and once */
    NP_RENDEZVOUS_REASON_UNKNOWN,       /* no such operation */
    NP_RENDEZVOUS_REASON_MALFORMED,     /* not a message */
    NP_RENDEZVOUS_REASON_UNAVAILABLE,   /* the server cannot look ids up at the moment */
    NP_RENDEZVOUS_REASON_STOPPING,      /* the server is going away */
    NP_RENDEZVOUS_N_REASONS,
} NpRendezvousReason;

typedef enum {
    NP_RENDEZVOUS_CALLER,
    NP_RENDEZVOUS_CALLEE,
    NP_RENDEZVOUS_N_ROLES,
} NpRendezvousRole;

/* What a client can do, as bits. Bits nobody knows yet are carried along. */
typedef enum {
    NP_RENDEZVOUS_CAN_UDP = 1 << 0,
    NP_RENDEZVOUS_CAN_TCP = 1 << 1,
    NP_RENDEZVOUS_CAN_IPV6 = 1 << 2,
} NpRendezvousCapabilities;

typedef enum {
    NP_RENDEZVOUS_FIELD_VERSION,
    NP_RENDEZVOUS_FIELD_ID,           /* the client's own */
    NP_RENDEZVOUS_FIELD_PEER,         /* the other side's id */
    NP_RENDEZVOUS_FIELD_CALL,         /* which call; absent while the client does not know */
    NP_RENDEZVOUS_FIELD_SESSION,      /* proves who it was before the connection was lost */
    NP_RENDEZVOUS_FIELD_RESUMED,      /* the session goes on; else it is a new one */
    NP_RENDEZVOUS_FIELD_ACCESS,       /* what the server's operator gave out */
    NP_RENDEZVOUS_FIELD_SOFTWARE,     /* of who speaks */
    NP_RENDEZVOUS_FIELD_CAPABILITIES, /* NpRendezvousCapabilities */
    NP_RENDEZVOUS_FIELD_PROFILE,
    NP_RENDEZVOUS_FIELD_REASON,
    NP_RENDEZVOUS_FIELD_RETRY,       /* come back after this long */
    NP_RENDEZVOUS_FIELD_TIME,        /* the client's clock when it asked, returned untouched */
    NP_RENDEZVOUS_FIELD_SERVER_TIME, /* the server's clock when it answered */
    NP_RENDEZVOUS_FIELD_START,       /* T0, by the server's clock */
    NP_RENDEZVOUS_FIELD_RTT,         /* the client's to the server */
    NP_RENDEZVOUS_FIELD_KEEPALIVE,   /* ping this often */
    NP_RENDEZVOUS_FIELD_STUN,        /* addresses of the server's STUN endpoints */
    NP_RENDEZVOUS_FIELD_OWN,         /* proven reflexive addresses of who is told */
    NP_RENDEZVOUS_FIELD_REFLEXIVE,   /* and of the other side */
    NP_RENDEZVOUS_FIELD_HOSTS,       /* host addresses; only after consent */
    NP_RENDEZVOUS_FIELD_TOKEN,       /* USERNAME of the STUN request, in hexadecimal */
    NP_RENDEZVOUS_FIELD_SECRET,      /* key of its MESSAGE-INTEGRITY-SHA256 */
    NP_RENDEZVOUS_FIELD_NONCE,       /* from STUN's answer */
    NP_RENDEZVOUS_FIELD_KEY,         /* ephemeral, public; for the peer */
    NP_RENDEZVOUS_FIELD_SIGNATURE,   /* of it, by the identity; for the peer */
    NP_RENDEZVOUS_FIELD_FINGERPRINT, /* of the peer's identity, as it showed it to the server */
    NP_RENDEZVOUS_FIELD_ROLE,
    NP_RENDEZVOUS_FIELD_TEXT,
    NP_RENDEZVOUS_N_FIELDS,
} NpRendezvousField;

typedef struct {
    NpAddress at[NP_RENDEZVOUS_MAX_ADDRESSES];
    guint n;
} NpRendezvousAddresses;

/* Zeroed, it is a hello without fields. A field's value counts if its bit in @has is set. */
typedef struct {
    NpRendezvousOperation operation;
    guint32 has; /* bit 1 << NpRendezvousField */
    guint version;
    char id[NP_RENDEZVOUS_ID_SIZE];
    char peer[NP_RENDEZVOUS_ID_SIZE];
    guint64 call;
    guint8 session[NP_RENDEZVOUS_SECRET_SIZE];
    gboolean resumed;
    char access[NP_RENDEZVOUS_TEXT_SIZE];
    char software[NP_RENDEZVOUS_TEXT_SIZE];
    guint capabilities;
    NpProfile *profile; /* owned; NULL if absent */
    NpRendezvousReason reason;
    NpTime retry;
    NpTime time;
    NpTime server_time;
    NpTime start;
    NpTime rtt;
    NpTime keepalive;
    NpRendezvousAddresses stun;
    NpRendezvousAddresses own;
    NpRendezvousAddresses reflexive;
    NpRendezvousAddresses hosts;
    guint8 token[NP_RENDEZVOUS_SECRET_SIZE];
    guint8 secret[NP_RENDEZVOUS_KEY_SIZE];
    guint8 nonce[NP_RENDEZVOUS_SECRET_SIZE];
    guint8 key[NP_RENDEZVOUS_KEY_SIZE];
    guint8 signature[NP_RENDEZVOUS_SIGNATURE_SIZE];
    guint8 fingerprint[NP_RENDEZVOUS_KEY_SIZE];
    NpRendezvousRole role;
    char text[NP_RENDEZVOUS_TEXT_SIZE];
} NpRendezvousMessage;

void np_rendezvous_message_clear(NpRendezvousMessage *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(NpRendezvousMessage, np_rendezvous_message_clear)
void np_rendezvous_message_copy(NpRendezvousMessage *to, const NpRendezvousMessage *from);
gboolean np_rendezvous_message_has(const NpRendezvousMessage *self, NpRendezvousField field);
/* Each sets a field and its bit. Texts are cut to what fits; the profile is copied. */
void np_rendezvous_message_set_id(NpRendezvousMessage *self, const char *id);
void np_rendezvous_message_set_peer(NpRendezvousMessage *self, const char *peer);
void np_rendezvous_message_set_call(NpRendezvousMessage *self, guint64 call);
void np_rendezvous_message_set_text(NpRendezvousMessage *self, const char *text);
void np_rendezvous_message_set_reason(NpRendezvousMessage *self, NpRendezvousReason reason);
void np_rendezvous_message_set_profile(NpRendezvousMessage *self, const NpProfile *profile);
/* Whether it has every field that its operation needs. */
gboolean np_rendezvous_message_is_complete(const NpRendezvousMessage *self);

/* "hello" and so on: as written. */
const char *np_rendezvous_message_operation_name(NpRendezvousOperation operation);
/* Fields without which the operation means nothing, and those that it may have. */
guint32 np_rendezvous_message_required(NpRendezvousOperation operation);
guint32 np_rendezvous_message_optional(NpRendezvousOperation operation);

/* "id-taken": as written. */
const char *np_rendezvous_message_reason_name(NpRendezvousReason reason);
/* "the id belongs to another key": completes a sentence. */
const char *np_rendezvous_message_reason_text(NpRendezvousReason reason);
gboolean np_rendezvous_message_find_reason(const char *name, NpRendezvousReason *reason);

gboolean np_rendezvous_message_is_id(const char *text);
/* FALSE if the list is full. */
gboolean np_rendezvous_message_add_address(NpRendezvousAddresses *list, const NpAddress *address);
