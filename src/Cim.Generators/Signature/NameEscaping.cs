using System.Globalization;
using System.Text;

namespace Cim.Generators.Signature;

/// <summary>Keeps any ONNX name on one line of a signature file: control characters and percent signs become <c>%XX</c>.</summary>
internal static class NameEscaping
{
    public static string Escape(string name)
    {
        StringBuilder escaped = new(name.Length);
        foreach (char c in name)
        {
            if (c is '%' || char.IsControl(c)) escaped.Append('%').Append(((int)c).ToString("X2", CultureInfo.InvariantCulture));
            else escaped.Append(c);
        }
        return escaped.ToString();
    }

    public static string Unescape(string text)
    {
        if (text.IndexOf('%') < 0) return text;
        StringBuilder name = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && i + 2 < text.Length
                && int.TryParse(text.Substring(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code))
            {
                name.Append((char)code);
                i += 2;
            }
            else
            {
                name.Append(text[i]);
            }
        }
        return name.ToString();
    }
}
