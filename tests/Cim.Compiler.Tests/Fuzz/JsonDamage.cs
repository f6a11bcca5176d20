using System.Text;
using CsCheck;

namespace Cim.Compiler.Tests.Fuzz;

/// <summary>
/// Damages JSON text the way people and programs do: another value, key or section, one left out or repeated, text of another encoding,
/// cut off, flipped bits.
/// </summary>
internal static class JsonDamage
{
    private static readonly string[] _values =
    [
        "null", "true", "false", "0", "1", "-1", "2", "8", "64.0", "0.5", "1e999", "-1e999", "1e-999", "2147483648", "99999999999999999999",
            "NaN", "Infinity", "\"\"", "\"a\"",
        "\"\\u0000\"", "\"\\ud800\"", "\"..\"", "\"/\"", "\"8\"", "\"adamw\"", "\"array\"", "[]", "[null]", "[1]", "[0]", "[-5]", "[1e30]",
        "[[]]", "[\"\"]", "{}", "{\"a\":1}", "[\"linear 3\"]", "[\"conv 4 3x3\",\"relu\"]",
        "[\"conv 99999999999 3x3\"]", "[\"maxpool 2 stride 0\"]", "[\"conv 1048576 1000x1000\"]", "[1,1048576,1048576]", "[3,2,1]",
        "\"33\"", "\"8/8\"", "\"exact\"", "\"4[2,2]/128:16\"",
    ];

    /// <summary>Texts near those given.</summary>
    public static Gen<byte[]> Of(params string[] originals) =>
        Gen.Select(Pick.Of(originals), Gen.ULong, Gen.Int[0, 5])
            .Select((text, seed, edits) => Apply(text, new Random((int)(seed % int.MaxValue)), edits));

    private static byte[] Apply(string text, Random random, int edits)
    {
        for (int i = 0; i < edits; i++) text = Edit(text, random);
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return random.Next(40) switch
        {
            0 => [0xEF, 0xBB, 0xBF, .. bytes],
            1 => [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(text)],
            2 => Encoding.Latin1.GetBytes(text.Replace('e', 'ä')),
            3 => bytes[..random.Next(bytes.Length + 1)],
            4 => Flip(bytes, random),
            5 => [.. bytes, .. "}"u8],
            6 => [.. bytes, .. bytes],
            7 => [],
            _ => bytes,
        };
    }

    private static string Edit(string text, Random random)
    {
        List<(int Start, int End, bool IsKey)> tokens = Tokens(text);
        if (tokens.Count == 0) return text;
        (int start, int end, bool isKey) = tokens[random.Next(tokens.Count)];
        string token = text[start..end];
        if (!isKey) return text[..start] + _values[random.Next(_values.Length)] + text[end..];
        return random.Next(4) switch
        {
            0 => text[..start] + "\"" + token.Trim('"').ToUpperInvariant() + "\"" + text[end..],
            1 => text[..start] + token + ": " + _values[random.Next(_values.Length)] + ", " + text[start..], // twice
            2 => text[..start] + tokens[random.Next(tokens.Count)] switch { var (s, e, key) => key ? text[s..e] : "\"x\"" } + text[end..],
            _ => text[..start] + "\"" + token.Trim('"') + (char)('a' + random.Next(26)) + "\"" + text[end..],
        };
    }

    /// <summary>Where keys, scalars and whole lists or objects begin and end.</summary>
    private static List<(int Start, int End, bool IsKey)> Tokens(string text)
    {
        var tokens = new List<(int, int, bool)>();
        var open = new Stack<int>();
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c is '{' or '[')
            {
                open.Push(i);
            }
            else if (c is '}' or ']')
            {
                if (open.Count > 0) tokens.Add((open.Pop(), i + 1, false));
            }
            else if (c == '"')
            {
                int end = i + 1;
                while (end < text.Length && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
                end = Math.Min(end + 1, text.Length);
                tokens.Add((i, end, text[end..].TrimStart().StartsWith(':')));
                i = end - 1;
            }
            else if (char.IsLetterOrDigit(c) || c == '-')
            {
                int end = i + 1;
                while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] is '.' or '+' or '-')) end++;
                tokens.Add((i, end, false));
                i = end - 1;
            }
        }

        return tokens;
    }

    private static byte[] Flip(byte[] bytes, Random random)
    {
        for (int i = random.Next(4); i >= 0 && bytes.Length > 0; i--) bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        return bytes;
    }
}
