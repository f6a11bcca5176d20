using System.Collections.Immutable;
using System.Security.Cryptography;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Format;
using Cim.Runtime.Program;

namespace Cim.Compiler.Locking;

/// <summary>What a compilation came to, as its lock file pins it.</summary>
/// <param name="SdkVersion">The version of Cim.Sdk that emitted it.</param>
/// <param name="ProgramSha256">Of the emitted program: every integer, scale, bias, converter range and step.</param>
/// <param name="Layers">The same of each layer, shortened, so that an error can say where a difference is.</param>
/// <param name="Float">What the float network scored on the evaluation data; null without.</param>
/// <param name="Network">The quantized network itself; null if it is too large for the lock.</param>
internal sealed record LockResult(
    string SdkVersion, string ProgramSha256, ImmutableSortedDictionary<string, string> Layers, FloatScore? Float, PinnedNetwork? Network)
{
    private const int ShortHash = 16;

    /// <summary>The result with these hashes and no network.</summary>
    public static LockResult Of(ModelProgram program, string sdkVersion, FloatScore? score) => new(
        sdkVersion,
        Hash(program),
        program.Layers.DistinctBy(l => l.Name)
            .ToImmutableSortedDictionary(l => l.Name, l => Hash(program, l)[..ShortHash], StringComparer.Ordinal),
        score,
        null);

    /// <summary>Layers that are not the same in both, in words; null if the programs are equal.</summary>
    public string? DifferenceFrom(LockResult other)
    {
        if (ProgramSha256 == other.ProgramSha256) return null;
        string[] names = [.. Layers.Keys.Union(other.Layers.Keys).Order(StringComparer.Ordinal)];
        string[] changed = [.. names.Where(n => Layers.GetValueOrDefault(n) != other.Layers.GetValueOrDefault(n))];
        const int Shown = 5;
        return changed.Length == 0 ? "what connects the layers"
            : $"{changed.Length} of {names.Length} layers "
                + $"({string.Join(", ", changed.Take(Shown))}{(changed.Length > Shown ? " ..." : "")})";
    }

    private static string Hash(ModelProgram program, CrossbarLayer? only = null)
    {
        var writer = new ByteWriter();
        var data = new DataBlob();
        ProgramCodec.Write(writer, only is null ? program : new ModelProgram([], [], [only], [], []), data);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(writer.Written.Span);
        data.AppendTo(hash);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

/// <summary>Correct answers of the float network, which ONNX Runtime's last bits may decide.</summary>
/// <param name="Correct">Samples classified correctly.</param>
/// <param name="Samples">All samples.</param>
/// <param name="Limit">At most so many were asked for; 0 = all.</param>
internal sealed record FloatScore(int Correct, int Samples, int Limit);
