/* messages: a table of words, or an error that names the file and the line. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

enum { OUTPUT_MAX = 4 << 10 };

/* Write two languages, run the tool on them, and give what it made or complained of. */
static int run(const char *en, const char *fr, char output[OUTPUT_MAX])
{
    char folder[] = "/tmp/chancery-messages-XXXXXX", command[OUTPUT_MAX];
    assert_non_null(mkdtemp(folder));
    snprintf(command, sizeof command,
             "cd %s && printf '%%b' '%s' >en.json && printf '%%b' '%s' >fr.json &&"
             " %s out.c en.json fr.json 2>&1 && cat out.c; status=$?; rm -r %s; exit $status",
             folder, en, fr, MESSAGES, folder);
    FILE *stream = popen(command, "r");
    assert_non_null(stream);
    output[fread(output, 1, OUTPUT_MAX - 1, stream)] = '\0';
    return WEXITSTATUS(pclose(stream));
}

static void refused(const char *en, const char *fr, const char *why)
{
    char output[OUTPUT_MAX];
    assert_int_equal(run(en, fr, output), 1);
    assert_string_equal(output, why);
}

TEST(a_row_has_its_texts_in_the_order_of_the_files)
{
    char output[OUTPUT_MAX];
    int status = run("{\\n  \"a\": \"one\",\\n  \"b\": \"two\"\\n}\\n",
                     "{\\n  \"a\": \"un\",\\n  \"b\": \"deux\"\\n}\\n", output);
    assert_int_equal(status, 0);
    assert_non_null(strstr(output, "    {\"a\", {\"one\", \"un\"}},\n"
                                   "    {\"b\", {\"two\", \"deux\"}},\n    {0},\n};\n"));
}

TEST(what_one_language_does_not_have_is_named)
{
    refused("{\\n\"a\": \"one\",\\n\"b\": \"two\"\\n}\\n", "{\\n\"a\": \"un\"\\n}\\n",
            "fr.json:3: this key is not the one that the first language has here\n");
    refused("{\\n\"a\": \"one\"\\n}\\n", "{\\n\"a\": \"un\",\\n\"b\": \"deux\"\\n}\\n",
            "fr.json:3: the first language does not have this key\n");
}

TEST(what_is_no_table_of_texts_is_named)
{
    refused("{\\n\"b\": \"one\",\\n\"a\": \"two\"\\n}\\n",
            "{\\n\"b\": \"x\",\\n\"a\": \"y\"\\n}\\n",
            "en.json:3: the keys are not in order, or one is there twice\n");
    refused("{\\n\"a\": 7\\n}\\n", "{}\\n", "en.json:2: a text in quotes is expected\n");
    refused("{\\n\"a\" \"one\"\\n}\\n", "{}\\n", "en.json:2: \": \" is expected after the key\n");
    refused("{\\n\"a\": \"one\\n}\\n", "{}\\n", "en.json:2: the text does not end\n");
    refused("{\\n\"a\": \"\\\\u0041\"\\n}\\n", "{}\\n",
            "en.json:2: of escapes only \\\" and \\\\ are known here\n");
}
