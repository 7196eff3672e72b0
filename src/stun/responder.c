/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A request is first read into a Wish, which is all that matters about it, then weighed, then
 * answered. Weighing finds at most one reason to refuse; a refusal always goes to the source
 * itself, from where the request came to.
 *
 * Where only the port can be changed, it is: RFC 5780, section 6, would refuse any CHANGE-REQUEST
 * then, but a client learns from the answer whether its NAT filters by port, and from the 420 to
 * the other half of the question that the rest cannot be told here.
 */

#include "stun/responder.h"

#include "stun/builder.h"
#include "stun/fingerprint.h"

#include <string.h>

/* Below are well-known services, which a stray STUN answer might confuse. */
#define FIRST_RESPONSE_PORT 1024
/* As many unknown attributes as an error response lists; it must stay below the limit too. */
#define MAX_UNKNOWN 8
#define FINGERPRINT_SIZE (NP_STUN_ATTRIBUTE_HEADER_SIZE + 4)

typedef struct {
    NpStunMessage request;
    NpAddress source;
    NpTransport transport;
    gboolean wants_fingerprint;
    gboolean wants_cookie;   /* the request bears one, good or not */
    gboolean has_cookie;     /* and it is good */
    gboolean change_address; /* CHANGE-REQUEST */
    gboolean change_port;
    gboolean wants_padding;
    gboolean wants_port;
    guint16 response_port;
    guint here; /* grid index of the local endpoint, or NP_STUN_NOWHERE */
    NpAddress local;
    guint8 cookie[NP_STUN_COOKIE_SIZE]; /* a fresh one, if wanted */
} Wish;

typedef struct {
    guint code; /* 0: no reason */
    const char *reason;
    guint16 unknown[MAX_UNKNOWN];
    guint n_unknown;
} Refusal;

/* What is understood in a request, if only to be refused on its merits. Integrity and credentials
 * are understood and not looked at: a plain Binding server has none (RFC 8489, section 12). */
static const guint16 understood[] = {
    NP_STUN_ATTR_CHANGE_REQUEST,
    NP_STUN_ATTR_USERNAME,
    NP_STUN_ATTR_MESSAGE_INTEGRITY,
    NP_STUN_ATTR_REALM,
    NP_STUN_ATTR_NONCE,
    NP_STUN_ATTR_MESSAGE_INTEGRITY_SHA256,
    NP_STUN_ATTR_PASSWORD_ALGORITHM,
    NP_STUN_ATTR_USERHASH,
    NP_STUN_ATTR_PADDING,
    NP_STUN_ATTR_RESPONSE_PORT,
};

static NpStunOutcome
parse(const NpStunQuestion *question, Wish *wish)
{
    switch (np_stun_message_parse(&wish->request, question->data, question->size)) {
    case NP_STUN_OK:
        break;
    case NP_STUN_NOT_STUN:
        return NP_STUN_DROPPED_FOREIGN;
    case NP_STUN_MALFORMED:
        return NP_STUN_DROPPED_MALFORMED;
    case NP_STUN_UNSUPPORTED:
        return NP_STUN_DROPPED_METHOD;
    }
    if (wish->request.class != NP_STUN_REQUEST)
        return NP_STUN_DROPPED_CLASS;
    if (!np_address_is_destination(&question->source))
        return NP_STUN_DROPPED_SOURCE;
    switch (np_stun_fingerprint_check(&wish->request)) {
    case NP_STUN_FINGERPRINT_ABSENT:
        break;
    case NP_STUN_FINGERPRINT_GOOD:
        wish->wants_fingerprint = TRUE;
        break;
    case NP_STUN_FINGERPRINT_BAD:
        return NP_STUN_DROPPED_FINGERPRINT;
    }
    return NP_STUN_ANSWERED;
}

static void
read_cookie(const NpStunResponder *self, Wish *wish, NpTime now)
{
    NpReader value = { 0 };

    wish->wants_cookie = np_stun_message_find(&wish->request, NP_STUN_ATTR_NATPROBE_COOKIE, &value);
    if (!wish->wants_cookie)
        return;
    np_stun_cookie_make(wish->cookie, self->secret, &wish->source, now);
    wish->has_cookie = np_reader_left(&value) == NP_STUN_COOKIE_SIZE &&
                       np_stun_cookie_check(np_reader_bytes(&value, NP_STUN_COOKIE_SIZE),
                                            self->secret, &wish->source, now);
}

static void
refuse_attribute(Refusal *refusal, guint16 type)
{
    refusal->code = NP_STUN_UNKNOWN_ATTRIBUTE;
    refusal->reason = "Unknown Attribute";
    if (refusal->n_unknown < MAX_UNKNOWN)
        refusal->unknown[refusal->n_unknown++] = type;
}

static void
refuse(Refusal *refusal, const char *reason)
{
    /* One reason is enough, and attributes not understood are the better one. */
    if (refusal->code != 0)
        return;
    refusal->code = NP_STUN_BAD_REQUEST;
    refusal->reason = reason;
}

static guint
partner(const NpStunResponder *self, const Wish *wish)
{
    if (!wish->change_address && !wish->change_port)
        return wish->here;
    if (wish->here == NP_STUN_NOWHERE || wish->transport == NP_TRANSPORT_TCP)
        return NP_STUN_NOWHERE;
    return np_stun_grid_partner(self->grid, wish->here, wish->change_address, wish->change_port);
}

static void
weigh_change(const NpStunResponder *self, Wish *wish, Refusal *refusal)
{
    guint32 flags = 0;

    if (!np_stun_message_has(&wish->request, NP_STUN_ATTR_CHANGE_REQUEST))
        return;
    if (!np_stun_message_u32(&wish->request, NP_STUN_ATTR_CHANGE_REQUEST, &flags)) {
        refuse(refusal, "Bad CHANGE-REQUEST");
        return;
    }
    wish->change_address = (flags & NP_STUN_CHANGE_ADDRESS) != 0;
    wish->change_port = (flags & NP_STUN_CHANGE_PORT) != 0;
    if ((wish->change_address || wish->change_port) && partner(self, wish) == NP_STUN_NOWHERE)
        refuse_attribute(refusal, NP_STUN_ATTR_CHANGE_REQUEST);
}

static void
weigh_detour(Wish *wish, Refusal *refusal)
{
    gboolean allowed =
        wish->has_cookie && wish->request.has_cookie && wish->transport == NP_TRANSPORT_UDP;

    wish->wants_padding = np_stun_message_has(&wish->request, NP_STUN_ATTR_PADDING);
    wish->wants_port = np_stun_message_has(&wish->request, NP_STUN_ATTR_RESPONSE_PORT);
    if (wish->wants_padding && !allowed)
        refuse_attribute(refusal, NP_STUN_ATTR_PADDING);
    if (wish->wants_port && !allowed)
        refuse_attribute(refusal, NP_STUN_ATTR_RESPONSE_PORT);
    if (wish->wants_port &&
        (!np_stun_message_u16(&wish->request, NP_STUN_ATTR_RESPONSE_PORT, &wish->response_port) ||
         wish->response_port < FIRST_RESPONSE_PORT))
        refuse(refusal, "Bad RESPONSE-PORT");
    /* RFC 5780, 6.1. */
    if (wish->wants_port && wish->wants_padding)
        refuse(refusal, "PADDING or RESPONSE-PORT");
}

static void
weigh(const NpStunResponder *self, Wish *wish, Refusal *refusal)
{
    guint16 unknown[MAX_UNKNOWN];
    guint n_unknown = np_stun_message_unknown(&wish->request, understood, G_N_ELEMENTS(understood),
                                              unknown, MAX_UNKNOWN);

    for (guint i = 0; i < n_unknown; i++)
        refuse_attribute(refusal, unknown[i]);
    weigh_change(self, wish, refusal);
    weigh_detour(wish, refusal);
}

/* Whether an attribute with a value of @size still fits, the FINGERPRINT being accounted for. */
static gboolean
fits(const NpStunBuilder *builder, const Wish *wish, gsize limit, gsize size)
{
    gsize padded = NP_STUN_ATTRIBUTE_HEADER_SIZE + (size + 3) / 4 * 4;
    gsize end = wish->wants_fingerprint ? FINGERPRINT_SIZE : 0;

    return np_stun_builder_size(builder) + padded + end <= limit;
}

/* Adds an address of @type, if there is one and it fits. */
static void
add_address(
    const Wish *wish, NpStunBuilder *builder, gsize limit, guint16 type, const NpAddress *address)
{
    if (address != NULL && fits(builder, wish, limit, np_stun_address_size(address)))
        np_stun_builder_address(builder, type, address);
}

static void
add_cookie(const Wish *wish, NpStunBuilder *builder, gsize limit)
{
    if (wish->wants_cookie && fits(builder, wish, limit, NP_STUN_COOKIE_SIZE))
        np_stun_builder_bytes(builder, NP_STUN_ATTR_NATPROBE_COOKIE, wish->cookie,
                              NP_STUN_COOKIE_SIZE);
}

static void
add_software(const NpStunResponder *self, const Wish *wish, NpStunBuilder *builder, gsize limit)
{
    if (self->software != NULL && fits(builder, wish, limit, strlen(self->software)))
        np_stun_builder_text(builder, NP_STUN_ATTR_SOFTWARE, self->software);
}

/*
 * In the order of their worth, since an IPv6 answer has no room for all. RFC 5780, 6.1, demands the
 * first three addresses and MAPPED-ADDRESS; the last two are RFC 3489's, for clients that speak
 * both.
 */
static void
fill_new(const NpStunResponder *self,
         const Wish *wish,
         NpStunBuilder *builder,
         gsize limit,
         const NpAddress *origin,
         const NpAddress *other)
{
    add_address(wish, builder, limit, NP_STUN_ATTR_XOR_MAPPED_ADDRESS, &wish->source);
    add_address(wish, builder, limit, NP_STUN_ATTR_RESPONSE_ORIGIN, origin);
    add_address(wish, builder, limit, NP_STUN_ATTR_OTHER_ADDRESS, other);
    add_cookie(wish, builder, limit);
    add_address(wish, builder, limit, NP_STUN_ATTR_MAPPED_ADDRESS, &wish->source);
    add_software(self, wish, builder, limit);
    add_address(wish, builder, limit, NP_STUN_ATTR_SOURCE_ADDRESS, origin);
    add_address(wish, builder, limit, NP_STUN_ATTR_CHANGED_ADDRESS, other);
}

/* RFC 3489, 11.2. All of it fits, even for IPv6. */
static void
fill_old(const NpStunResponder *self,
         const Wish *wish,
         NpStunBuilder *builder,
         const NpAddress *origin,
         const NpAddress *other)
{
    add_address(wish, builder, NP_STUN_ANSWER_LIMIT, NP_STUN_ATTR_MAPPED_ADDRESS, &wish->source);
    add_address(wish, builder, NP_STUN_ANSWER_LIMIT, NP_STUN_ATTR_SOURCE_ADDRESS, origin);
    add_address(wish, builder, NP_STUN_ANSWER_LIMIT, NP_STUN_ATTR_CHANGED_ADDRESS, other);
    add_software(self, wish, builder, NP_STUN_ANSWER_LIMIT);
}

static void
finish(const Wish *wish, NpStunBuilder *builder, NpStunAnswer *answer)
{
    if (wish->wants_fingerprint)
        np_stun_builder_fingerprint(builder);
    answer->size = np_stun_builder_finish(builder);
}

static NpStunOutcome
say_no(const NpStunResponder *self, const Wish *wish, const Refusal *refusal, NpStunAnswer *answer)
{
    NpStunBuilder builder =
        np_stun_builder_reply(answer->data, NP_STUN_ANSWER_LIMIT, NP_STUN_ERROR, &wish->request);

    answer->to = wish->source;
    answer->from = wish->here;
    np_stun_builder_error(&builder, refusal->code, refusal->reason);
    if (refusal->n_unknown > 0)
        np_stun_builder_unknown(&builder, refusal->unknown, refusal->n_unknown);
    add_cookie(wish, &builder, NP_STUN_ANSWER_LIMIT);
    add_software(self, wish, &builder, NP_STUN_ANSWER_LIMIT);
    finish(wish, &builder, answer);
    return NP_STUN_REFUSED;
}

/* Fills up with PADDING until the answer is as long as the request. */
static void
pad(const Wish *wish, NpStunBuilder *builder)
{
    gsize limit = MIN(wish->request.size, NP_STUN_PADDED_LIMIT);
    gsize end = wish->wants_fingerprint ? FINGERPRINT_SIZE : 0;

    if (fits(builder, wish, limit, 0))
        np_stun_builder_zeros(builder, NP_STUN_ATTR_PADDING,
                              limit - end - np_stun_builder_size(builder) -
                                  NP_STUN_ATTRIBUTE_HEADER_SIZE);
}

static const NpAddress *
address_of(const NpStunResponder *self, guint index)
{
    return index == NP_STUN_NOWHERE ? NULL : &np_stun_grid_endpoint(self->grid, index)->local;
}

static NpStunOutcome
say_yes(const NpStunResponder *self, const Wish *wish, NpStunAnswer *answer)
{
    gboolean detour = wish->wants_port || wish->wants_padding;
    gsize limit = detour ? MIN(wish->request.size, NP_STUN_ANSWER_LIMIT) : NP_STUN_ANSWER_LIMIT;
    const NpAddress *origin = NULL;
    const NpAddress *other = NULL;
    NpStunBuilder builder =
        np_stun_builder_reply(answer->data, sizeof answer->data, NP_STUN_SUCCESS, &wish->request);

    if (!fits(&builder, wish, limit, np_stun_address_size(&wish->source)))
        return say_no(self, wish,
                      &(Refusal){ .code = NP_STUN_BAD_REQUEST, .reason = "Lengthen the request" },
                      answer);
    answer->to = wish->source;
    if (wish->wants_port)
        answer->to.port = wish->response_port;
    answer->from = partner(self, wish);
    origin = address_of(self, answer->from);
    if (origin == NULL && np_address_is_destination(&wish->local))
        origin = &wish->local;
    if (wish->here != NP_STUN_NOWHERE)
        other = address_of(self, np_stun_grid_partner(self->grid, wish->here, TRUE, TRUE));

    if (wish->request.has_cookie)
        fill_new(self, wish, &builder, limit, origin, other);
    else
        fill_old(self, wish, &builder, origin, other);
    if (wish->wants_padding)
        pad(wish, &builder);
    finish(wish, &builder, answer);
    return NP_STUN_ANSWERED;
}

NpStunOutcome
np_stun_responder_answer(const NpStunResponder *self,
                         const NpStunQuestion *question,
                         NpTime now,
                         NpStunAnswer *answer)
{
    Wish wish = {
        .source = question->source,
        .transport = question->transport,
        .local = question->local,
        .here = np_stun_grid_find(self->grid, &question->local),
    };
    Refusal refusal = { 0 };
    NpStunOutcome outcome = parse(question, &wish);

    if (outcome != NP_STUN_ANSWERED)
        return outcome;
    read_cookie(self, &wish, now);
    weigh(self, &wish, &refusal);
    return refusal.code != 0 ? say_no(self, &wish, &refusal, answer) : say_yes(self, &wish, answer);
}
