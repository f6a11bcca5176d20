using System.Security.Cryptography;
using System.Text;

namespace Cim.Tasks.Cache;

/// <summary>SHA-256 of texts and files, in lower-case hexadecimal.</summary>
internal static class ContentHash
{
    public static string OfText(string text) => Hex(sha => sha.ComputeHash(Encoding.UTF8.GetBytes(text)));

    public static string OfFile(string path)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16, FileOptions.SequentialScan);
        return Hex(sha => sha.ComputeHash(stream));
    }

    private static string Hex(Func<SHA256, byte[]> compute)
    {
        using SHA256 sha = SHA256.Create();
        byte[] hash = compute(sha);
        StringBuilder text = new(hash.Length * 2);
        foreach (byte b in hash) text.Append(b.ToString("x2", System.Globalization.CultureInfo.InvariantCulture));
        return text.ToString();
    }
}
