using System.Collections.Immutable;
using System.Text.Json;
using Cim.Compiler.Data;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Compiler.Precision;
using Cim.Runtime;
using Cim.Training.Json;

namespace Cim.Compiler.Locking;

/// <summary>The text of a lock file: JSON with sorted keys and LF, no time, host or path. Equal content gives equal bytes.</summary>
/// <param name="Inputs">What the compilation read, by name: hashes and options.</param>
/// <param name="Policy">The precisions chosen.</param>
/// <param name="Result">What came out; null where only precisions were chosen so far, and in files of older versions.</param>
internal sealed record LockFile(ImmutableSortedDictionary<string, string> Inputs, PolicyText Policy, LockResult? Result)
{
    private const int Version = 1;

    /// <summary>What is to be warned of whenever the file is used.</summary>
    public ImmutableArray<LockedWarning> Warnings { get; init; } = [];

    /// <summary>Base64 characters of one line: short enough for any editor and review.</summary>
    private const int LineLength = 120;

    private static readonly JsonWording _wording = new(ErrorCodes.LockMismatch, "the file", "a lock file", "key");

    /// <summary>The file as it is to be written.</summary>
    public byte[] ToBytes()
    {
        JsonElement policy = JsonSerializer.SerializeToElement(
            PolicyEntry.AllOf(Policy), PolicyContentJson.Readable.IEnumerablePolicyEntry);
        var document = new LockDocument(Version, Inputs, policy);
        if (!Warnings.IsEmpty) document = document with { Warnings = Warnings };
        if (Result is not null) document = document with { Result = ToDocument(Result) };
        return [.. JsonSerializer.SerializeToUtf8Bytes(document, LockJson.Relaxed.LockDocument), (byte)'\n'];
    }

    /// <summary>Reads a lock file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="layers">The model's layers, for checking the locked ones.</param>
    /// <exception cref="CimException">CIM0001: unreadable; CIM1010, CIM0011: damaged.</exception>
    public static LockFile Read(string path, QuantizationPolicy layers) =>
        StrictJson.Read(path, ErrorCodes.LockMismatch, "The lock file", root =>
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("version", out JsonElement version)
            || version.ValueKind != JsonValueKind.Number)
            throw Damaged("it is not an object with a 'version'");
        // Another version may have other keys.
        if (!version.TryGetInt32(out int number) || number != Version)
            throw Invalid(
                $"The lock file has version {version}, this SDK writes {Version}; "
                + $"compile with {OptionTable.ForceEvaluate.Named()} to write it anew.");
        LockDocument document;
        try
        {
            document = new JsonSchema(_wording, path).Read(root.GetRawText(), LockJson.Relaxed.LockDocument);
        }
        catch (CimException e)
        {
            throw Damaged(e.Message, e);
        }

        return new LockFile(Sorted(document.Inputs), PolicyJson.Read(document.Policy, layers, path, requireAll: true),
            document.Result is { } result ? FromDocument(result) : null)
        {
            Warnings = [.. document.Warnings ?? []],
        };

        LockResult FromDocument(LockedResult result)
        {
            if (result.Float is { } score && (score.Correct > score.Samples || score.Correct < 0 || score.Limit < 0))
                throw Damaged("'result.float' has more correct answers than samples, or a negative count");
            return new LockResult(result.SdkVersion, result.Program, Sorted(result.Layers), result.Float,
                result.Network is { } network ? Unpack(network) : null);
        }

        PinnedNetwork Unpack(LockedNetwork network)
        {
            try
            {
                return new PinnedNetwork(network.Sha256, Convert.FromBase64String(string.Concat(network.Brotli)));
            }
            catch (FormatException e)
            {
                throw OptionError.Of(ErrorCodes.LockResultDamaged,
                    $"The network in the lock file is not base64 ({e.Message}). Restore the file (after a merge: one side of it whole), "
                        + $"or compile with {OptionTable.ForceEvaluate.Named()} to write it anew.", path, e);
            }
        }

        CimException Damaged(string why, CimException? cause = null) =>
            Invalid($"The lock file is damaged: {why.TrimEnd('.')}. Restore it, "
                + $"or compile with {OptionTable.ForceEvaluate.Named()} to write it anew.", cause);

        CimException Invalid(MessageText message, CimException? cause = null) =>
            OptionError.Of(ErrorCodes.LockMismatch, message, path, cause);
    });

    private static LockedResult ToDocument(LockResult result)
    {
        var document = new LockedResult(result.SdkVersion, result.ProgramSha256, result.Layers);
        if (result.Float is { } score) document = document with { Float = score };
        if (result.Network is { } network)
        {
            IEnumerable<string> lines = Convert.ToBase64String(network.Compressed.Span).Chunk(LineLength).Select(line => new string(line));
            document = document with { Network = new LockedNetwork(network.Sha256, [.. lines]) };
        }

        return document;
    }

    private static ImmutableSortedDictionary<string, string> Sorted(IReadOnlyDictionary<string, string> values) =>
        values.ToImmutableSortedDictionary(StringComparer.Ordinal);
}
