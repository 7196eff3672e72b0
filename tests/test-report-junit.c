/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "harness.h"
#include "report/junit.h"

/* What a CI system keeps of a file: each case with what became of it. */
typedef struct {
    GString *cases; /* "name: passed" and so on, a line each */
    char *tests, *failures, *skipped, *time;
    const char *outcome;
    char *name;
    char *message;
    guint depth;
} Reading;

static char *
attribute(const char **names, const char **values, const char *wanted)
{
    for (guint i = 0; names[i] != NULL; i++)
        if (g_str_equal(names[i], wanted))
            return g_strdup(values[i]);
    return NULL;
}

static void
on_start(GMarkupParseContext *context,
         const char *element,
         const char **names,
         const char **values,
         gpointer data,
         GError **error)
{
    static const char *const path[] = { "testsuites", "testsuite", "testcase" };
    Reading *self = data;

    (void)context;
    if (self->depth < G_N_ELEMENTS(path) && !g_str_equal(element, path[self->depth]))
        g_set_error(error, G_MARKUP_ERROR, G_MARKUP_ERROR_UNKNOWN_ELEMENT, "%s", element);
    if (g_str_equal(element, "testsuite")) {
        self->tests = attribute(names, values, "tests");
        self->failures = attribute(names, values, "failures");
        self->skipped = attribute(names, values, "skipped");
        self->time = attribute(names, values, "time");
    } else if (g_str_equal(element, "testcase")) {
        self->name = attribute(names, values, "name");
        self->outcome = "passed";
    } else if (g_str_equal(element, "failure") || g_str_equal(element, "skipped")) {
        self->outcome = g_str_equal(element, "failure") ? "failure" : "skipped";
        self->message = attribute(names, values, "message");
    }
    self->depth++;
}

static void
on_end(GMarkupParseContext *context, const char *element, gpointer data, GError **error)
{
    Reading *self = data;

    (void)context;
    (void)error;
    self->depth--;
    if (!g_str_equal(element, "testcase"))
        return;
    g_string_append_printf(self->cases, "%s: %s%s%s\n", self->name, self->outcome,
                           self->message != NULL ? ", " : "",
                           self->message != NULL ? self->message : "");
    g_clear_pointer(&self->name, g_free);
    g_clear_pointer(&self->message, g_free);
}

static void
clear_reading(Reading *self)
{
    g_string_free(self->cases, TRUE);
    g_free(self->tests);
    g_free(self->failures);
    g_free(self->skipped);
    g_free(self->time);
}

static gboolean
read_back(const char *xml, Reading *self)
{
    static const GMarkupParser parser = { .start_element = on_start, .end_element = on_end };
    g_autoptr(GMarkupParseContext) context = g_markup_parse_context_new(&parser, 0, self, NULL);

    self->cases = g_string_new(NULL);
    return g_markup_parse_context_parse(context, xml, -1, NULL) &&
           g_markup_parse_context_end_parse(context, NULL);
}

static NpDocument *
sample(void)
{
    NpDocument *document = np_document_new("natprobe <&>");

    document->seconds = 0.3841;
    np_document_check(document, "a \"quoted\" <name>", NP_CHECK_PASSED, "it is & stays");
    np_document_check(document, "b", NP_CHECK_FAILED, "it is <not>");
    np_document_check(document, "c", NP_CHECK_UNDECIDED, "a second \"address\" would tell");
    np_document_check(document, "d", NP_CHECK_SKIPPED, "no IPv6");
    return document;
}

static void
a_parser_finds_every_case_and_its_fate(void)
{
    g_autoptr(NpDocument) document = sample();
    g_autofree char *xml = np_report_junit(document);
    Reading reading = { 0 };

    CU_ASSERT(read_back(xml, &reading));
    NP_ASSERT_STR(reading.cases->str, "a \"quoted\" <name>: passed\n"
                                      "b: failure, it is <not>\n"
                                      "c: failure, a second \"address\" would tell\n"
                                      "d: skipped, skipped: no IPv6\n");
    NP_ASSERT_STR(reading.tests, "4");
    NP_ASSERT_STR(reading.failures, "2");
    NP_ASSERT_STR(reading.skipped, "1");
    NP_ASSERT_STR(reading.time, "0.384");
    clear_reading(&reading);
}

static void
undecided_is_skipped_where_it_may_pass(void)
{
    g_autoptr(NpDocument) document = sample();
    g_autofree char *xml = NULL;
    Reading reading = { 0 };

    document->undecided_passes = TRUE;
    xml = np_report_junit(document);
    CU_ASSERT(read_back(xml, &reading));
    CU_ASSERT(strstr(reading.cases->str, "c: skipped, undecided: a second") != NULL);
    NP_ASSERT_STR(reading.failures, "1");
    NP_ASSERT_STR(reading.skipped, "2");
    clear_reading(&reading);
}

static void
the_page_is_what_surefire_would_write(void)
{
    g_autoptr(NpDocument) document = np_document_new("natprobe");
    g_autofree char *xml = NULL;

    document->seconds = 1.5;
    np_document_check(document, "mapping=endpoint-independent", NP_CHECK_FAILED, "it is not");
    xml = np_report_junit(document);
    NP_ASSERT_STR(xml, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                       "<testsuites tests=\"1\" failures=\"1\" errors=\"0\" skipped=\"0\" "
                       "time=\"1.500\">\n"
                       "  <testsuite name=\"natprobe\" tests=\"1\" failures=\"1\" errors=\"0\" "
                       "skipped=\"0\" time=\"1.500\">\n"
                       "    <testcase classname=\"natprobe\" name=\"mapping=endpoint-independent\" "
                       "time=\"0\">\n"
                       "      <failure type=\"failed\" message=\"it is not\"/>\n"
                       "    </testcase>\n"
                       "  </testsuite>\n"
                       "</testsuites>\n");
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(a_parser_finds_every_case_and_its_fate),
        NP_TEST(undecided_is_skipped_where_it_may_pass),
        NP_TEST(the_page_is_what_surefire_would_write),
        { 0 },
    };

    return np_test_main("report.junit", tests);
}
