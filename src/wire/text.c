/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "wire/text.h"

#include <string.h>

typedef struct {
    const char *text;
    gsize size;
    gsize at;
    char open[NP_WIRE_MAX_DEPTH]; /* what closes each value that is open */
    guint depth;
    guint n_values;
} Scan;

/* NUL at the end, which is nothing that JSON knows. */
static char
peek(const Scan *self)
{
    return self->at < self->size ? self->text[self->at] : '\0';
}

static gboolean
take(Scan *self, char c)
{
    if (self->at == self->size || self->text[self->at] != c)
        return FALSE;
    self->at++;
    return TRUE;
}

static void
skip_space(Scan *self)
{
    while (self->at < self->size && strchr(" \t\r\n", peek(self)) != NULL && peek(self) != '\0')
        self->at++;
}

static gsize
skip_digits(Scan *self)
{
    gsize start = self->at;

    while (g_ascii_isdigit(peek(self)))
        self->at++;
    return self->at - start;
}

static gboolean
take_unicode(Scan *self)
{
    guint code = 0;

    for (guint i = 0; i < 4; i++) {
        if (!g_ascii_isxdigit(peek(self)))
            return FALSE;
        code = code << 4 | (guint)g_ascii_xdigit_value(peek(self));
        self->at++;
    }
    return code != 0;
}

static gboolean
take_string(Scan *self)
{
    if (!take(self, '"'))
        return FALSE;
    while (self->at < self->size) {
        guchar c = (guchar)self->text[self->at];

        self->at++;
        if (c == '"')
            return TRUE;
        if (c < 0x20)
            return FALSE;
        if (c != '\\')
            continue;
        c = (guchar)peek(self);
        if (c == '\0' || strchr("\"\\/bfnrtu", c) == NULL)
            return FALSE;
        self->at++;
        if (c == 'u' && !take_unicode(self))
            return FALSE;
    }
    return FALSE;
}

static gboolean
take_number(Scan *self)
{
    gsize start = self->at;
    gsize digits = 0;

    take(self, '-');
    if (peek(self) == '0') {
        self->at++;
        digits = 1;
    } else {
        digits = skip_digits(self);
    }
    if (digits == 0 || digits > NP_WIRE_MAX_DIGITS)
        return FALSE;
    if (take(self, '.') && skip_digits(self) == 0)
        return FALSE;
    if (take(self, 'e') || take(self, 'E')) {
        if (!take(self, '+'))
            take(self, '-');
        digits = skip_digits(self);
        /* No double has a longer exponent. */
        if (digits == 0 || digits > 3)
            return FALSE;
    }
    return self->at - start <= NP_WIRE_MAX_NUMBER;
}

static gboolean
take_word(Scan *self, const char *word)
{
    gsize size = strlen(word);

    if (self->size - self->at < size || memcmp(&self->text[self->at], word, size) != 0)
        return FALSE;
    self->at += size;
    return TRUE;
}

/* A value that holds no others. */
static gboolean
take_scalar(Scan *self)
{
    switch (peek(self)) {
    case '"':
        return take_string(self);
    case 't':
        return take_word(self, "true");
    case 'f':
        return take_word(self, "false");
    case 'n':
        return take_word(self, "null");
    default:
        return take_number(self);
    }
}

static gboolean
take_key(Scan *self)
{
    skip_space(self);
    if (!take_string(self))
        return FALSE;
    skip_space(self);
    return take(self, ':');
}

/* The beginning of a value, up to where its first inner value begins. TRUE in @inner if it has one;
 * FALSE if the value is over. */
static gboolean
enter(Scan *self, gboolean *inner)
{
    char c = '\0';

    *inner = FALSE;
    self->n_values++;
    if (self->n_values > NP_WIRE_MAX_VALUES)
        return FALSE;
    skip_space(self);
    c = peek(self);
    if (c != '{' && c != '[')
        return take_scalar(self);
    if (self->depth == NP_WIRE_MAX_DEPTH)
        return FALSE;
    self->open[self->depth] = c == '{' ? '}' : ']';
    self->at++;
    skip_space(self);
    if (take(self, self->open[self->depth]))
        return TRUE;
    self->depth++;
    *inner = TRUE;
    return c == '[' || take_key(self);
}

/* From behind a value to the next one: TRUE in @next, or to the end of everything. */
static gboolean
leave(Scan *self, gboolean *next)
{
    *next = FALSE;
    while (self->depth > 0) {
        skip_space(self);
        if (take(self, ',')) {
            *next = TRUE;
            return self->open[self->depth - 1] == ']' || take_key(self);
        }
        if (!take(self, self->open[self->depth - 1]))
            return FALSE;
        self->depth--;
    }
    return TRUE;
}

gboolean
np_wire_text_is_sound(const char *text, gsize size)
{
    Scan scan = { .text = text, .size = size };
    gboolean more = TRUE;

    if (size > NP_WIRE_MAX_LINE || !g_utf8_validate(text, (gssize)size, NULL))
        return FALSE;
    skip_space(&scan);
    if (peek(&scan) != '{')
        return FALSE;
    while (more) {
        if (!enter(&scan, &more) || (!more && !leave(&scan, &more)))
            return FALSE;
    }
    skip_space(&scan);
    return scan.at == size;
}
