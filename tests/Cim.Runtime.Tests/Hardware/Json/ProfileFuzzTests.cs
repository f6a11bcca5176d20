using System.Globalization;
using System.Text;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Json;
using Cim.Runtime.Hardware.Profiles;
using Cim.Tests.Shared;
using Xunit;

namespace Cim.Runtime.Tests.Hardware.Json;

/// <summary>
/// Any text is a profile or a documented error. CIM_FUZZ_CASES (5,000 unless set) and CIM_FUZZ_SEED (1) choose how many cases of
/// which sequence.
/// </summary>
public sealed class ProfileFuzzTests
{
    private static readonly string[] _values =
    [
        "0", "1", "-1", "2", "64", "64.0", "6.4e1", "128", "16385", "1e9", "-0", "1e999", "-1e999", "1e-999", "1e99999999999999999999",
            "1e-99999999999999999999", "2147483648", "9223372036854775808",
        "0.5", "12.5", "1e-4", "true", "false", "null", "\"\"", "\"full\"", "\"differential\"", "\"isaac\"", "\"table\"", "\"none\"",
        "\"proportional\"", "\"x\\u0000y\"", "\"\\uD800\"", "\"..\"", "\"/\"", "[]", "[1]", "[1,2]", "[-1,1]", "[2,1]",
        "[1e999,2]", "[null,1]", "[[1,2],[3,4]]", "[[1,-2]]", "{}", "{\"value\":1}", "{\"value\":64,\"unit\":\"ns\"}",
        "{\"value\":1,\"unit\":\"uS\",\"source\":\"s\"}", "{\"value\":null}", "{\"unit\":\"ns\"}",
        "{\"value\":1,\"unit\":7}", "{\"value\":1,\"value\":2}", "{\"value\":{\"value\":1}}", "{\"4\":1,\"8\":2}", "{\"4\":-1}",
        "{\"0\":1}", "{\"x\":1}", "{\"value\":{\"4\":0.5,\"6\":1},\"unit\":\"fJ\"}", "{\"sigma\":0.1}",
        "{\"model\":\"proportional\",\"sigma\":0.02}",
        "{\"model\":\"table\",\"table\":\"none.csv\"}", "{\"model\":\"table\",\"table\":[[0,1e-6],[1e-4,2e-6]]}",
        "{\"nu\":0.05,\"time\":{\"value\":1,\"unit\":\"day\"}}", "{\"source\":\"s\"}",
    ];

    private static readonly string[] _names =
        [.. ProfileFields.All.Select(f => f.Name).Concat(ProfileFields.All.Select(f => f.Name.Split('.')[0])).Distinct(), "base", "name",
            "description", "schema", "$schema", "rowz", "", "\\u0000"];

    [Fact]
    public void Any_text_is_a_profile_or_a_documented_error()
    {
        int cases = FuzzSettings.Cases(5000);
        ulong seed = FuzzSettings.Seed;
        byte[][] whole = [.. HardwareProfiles.BuiltInNames.Select(n => HardwareProfiles.ToJson(HardwareProfiles.BuiltIn(n)))];
        var random = new Random(unchecked((int)seed));
        int read = 0;
        for (int i = 0; i < cases; i++)
        {
            byte[] text = Text(random, whole);
            try
            {
                HardwareProfile profile = HardwareProfiles.Parse(text, "fuzz.cimhw.json", Path.GetTempPath());
                read++;
                // What is a profile once is one for good, and its figures are numbers.
                byte[] written = HardwareProfiles.ToJson(profile);
                Assert.Equal(written, HardwareProfiles.ToJson(HardwareProfiles.Parse(written, "fuzz.cimhw.json")));
            }
            catch (CimException e)
            {
                Assert.Matches("^CIM200[1-8]$", e.Code);
                Assert.NotEmpty(e.Message);
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"case {i} of seed {seed} ({Encoding.UTF8.GetString(text)}): {e}");
            }
        }

        Assert.InRange(read, cases / 50, cases);
    }

    private static byte[] Text(Random random, byte[][] whole)
    {
        if (random.Next(4) == 0) return Damaged(random, [.. whole[random.Next(whole.Length)]]);
        var json = new StringBuilder(random.Next(30) == 0 ? "\uFEFF" : "");
        json.Append(random.Next(40) == 0 ? "[" : "{");
        if (random.Next(8) > 0)
            json.Append(CultureInfo.InvariantCulture,
                $"\"base\":\"{HardwareProfiles.BuiltInNames[random.Next(HardwareProfiles.BuiltInNames.Length)]}\",");
        for (int n = random.Next(4); n >= 0; n--)
        {
            json.Append(CultureInfo.InvariantCulture, $"\"{_names[random.Next(_names.Length)]}\":{_values[random.Next(_values.Length)]}");
            if (n > 0 || random.Next(20) == 0) json.Append(',');
        }

        json.Append('}');
        byte[] text = Encoding.UTF8.GetBytes(json.ToString());
        return random.Next(10) == 0 ? Damaged(random, text) : text;
    }

    private static byte[] Damaged(Random random, byte[] text)
    {
        for (int n = random.Next(1, 4); n > 0; n--)
        {
            switch (random.Next(4))
            {
                case 0: text[random.Next(text.Length)] = (byte)random.Next(256); break;
                case 1: text[random.Next(text.Length)] = (byte)"{}[]\":,0-e."[random.Next(11)]; break;
                case 2: text = text[..random.Next(1, text.Length + 1)]; break;
                default:
                    int from = random.Next(text.Length), length = random.Next(Math.Min(40, text.Length - from) + 1);
                    text = [.. text[..from], .. text.AsSpan(from, length), .. text[from..]];
                    break;
            }
        }

        return text;
    }
}
