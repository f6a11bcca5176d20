using System.Security.Cryptography;
using Cim.Runtime;
using Cim.Runtime.Diagnostics;

namespace Cim.Compiler.Pipeline;

/// <summary>SHA-256 of files as lower-case hexadecimal.</summary>
internal static class FileHash
{
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
