using System.Security.Cryptography;
using System.Text;
using Cim.Compiler.Data.Images;
using Cim.Runtime;
using Cim.Runtime.Diagnostics;

namespace Cim.Compiler.Pipeline;

/// <summary>SHA-256 of files as lower-case hexadecimal.</summary>
internal static class FileHash
{
    /// <summary>The hash of samples: of a file, or of a folder of images.</summary>
    /// <exception cref="CimException">CIM0001: a file cannot be read.</exception>
    public static string OfSamples(string path) => Directory.Exists(path)
        ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ImageFiles.Facts(path, Of))))
        : Of(path);

    /// <exception cref="CimException">CIM0001: the file cannot be read.</exception>
    public static string Of(string path)
    {
        try
        {
            using FileStream stream = InputFile.Open(path, "input");
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CimException(ErrorCodes.FileNotReadable, $"The file cannot be read: {e.Message}", e) { File = path };
        }
    }
}
