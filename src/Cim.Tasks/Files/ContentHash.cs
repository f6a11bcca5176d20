using System.Security.Cryptography;
using System.Text;

namespace Cim.Tasks.Files;

/// <summary>SHA-256 of texts and files, in lower-case hexadecimal.</summary>
internal static class ContentHash
{
    public static string OfText(string text) => Hex(sha => sha.ComputeHash(Encoding.UTF8.GetBytes(text)));

    public static string OfFile(string path)
    {
        using FileStream stream = Open(path);
        return Hex(sha => sha.ComputeHash(stream));
    }

    /// <summary>Copies a file and hashes what was copied.</summary>
    public static string OfCopy(string source, string target)
    {
        using FileStream input = Open(source);
        using FileStream output = new(target, FileMode.Create, FileAccess.Write, FileShare.None);
        using SHA256 sha = SHA256.Create();
        byte[] buffer = new byte[1 << 16];
        for (int read; (read = input.Read(buffer, 0, buffer.Length)) > 0;)
        {
            sha.TransformBlock(buffer, 0, read, null, 0);
            output.Write(buffer, 0, read);
        }
        sha.TransformFinalBlock(buffer, 0, 0);
        return Hex(sha.Hash);
    }

    private static FileStream Open(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16, FileOptions.SequentialScan);

    private static string Hex(Func<SHA256, byte[]> compute)
    {
        using SHA256 sha = SHA256.Create();
        return Hex(compute(sha));
    }

    private static string Hex(byte[] hash)
    {
        StringBuilder text = new(hash.Length * 2);
        foreach (byte b in hash) text.Append(b.ToString("x2", System.Globalization.CultureInfo.InvariantCulture));
        return text.ToString();
    }
}
