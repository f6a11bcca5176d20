using System.Text.Json;
using Cim.Compiler.Precision;
using Cim.Runtime.Diagnostics;

namespace Cim.Compiler.Search.Persistence;

/// <summary>A policy in a file of its own, as <c>--policy</c> reads it.</summary>
internal static class PolicyFile
{
    /// <summary>Writes the file whole, or not at all.</summary>
    public static void Write(QuantizationPolicy policy, string path) => AtomicFile.Write(path, stream =>
    {
        JsonSerializer.Serialize(stream, new PolicyContent(policy), PolicyContentJson.Readable.PolicyContent);
        stream.Write("\n"u8);
    });
}
