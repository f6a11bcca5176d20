using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cim.Training.Json;

namespace Cim.Compiler.Locking;

/// <summary>A lock file as it stands on disk. What there is not is left out, never null.</summary>
/// <param name="Version">Of the format.</param>
/// <param name="Inputs">What the compilation read, by name.</param>
/// <param name="Policy">The list of a policy file.</param>
internal sealed record LockDocument(int Version, IReadOnlyDictionary<string, string> Inputs, JsonElement Policy)
{
    /// <summary>What the stages warned of whose result the lock stands for; not in files without such a warning.</summary>
    [DisallowNull, JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<LockedWarning>? Warnings { get; init; }

    /// <summary>What came out; not in files where only precisions were chosen so far, and of older versions.</summary>
    [DisallowNull, JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LockedResult? Result { get; init; }
}

/// <summary>A warning that holds as long as the lock does.</summary>
/// <param name="Code">Its code.</param>
/// <param name="Text">Its text; options are in braces, because a build and a command line name them differently.</param>
internal sealed record LockedWarning(string Code, string Text);

/// <summary>What came out.</summary>
/// <param name="SdkVersion">The version of Cim.Sdk that emitted it.</param>
/// <param name="Program">SHA-256 of the emitted program.</param>
/// <param name="Layers">The same of each layer, shortened.</param>
internal sealed record LockedResult(string SdkVersion, string Program, IReadOnlyDictionary<string, string> Layers)
{
    /// <summary>What the float network scored, where there are evaluation data.</summary>
    [DisallowNull, JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FloatScore? Float { get; init; }

    /// <summary>The quantized network, where it is not too large.</summary>
    [DisallowNull, JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LockedNetwork? Network { get; init; }
}

/// <summary>A compressed network.</summary>
/// <param name="Sha256">Of policy and network before they were compressed.</param>
/// <param name="Brotli">The base64 text, in lines.</param>
internal sealed record LockedNetwork(string Sha256, IReadOnlyList<string> Brotli);

/// <summary>The JSON form of a lock file: camel case, indented, LF, names unescaped.</summary>
[JsonSerializable(typeof(LockDocument))]
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata, WriteIndented = true, NewLine = "\n",
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    Converters = [typeof(WholeInt)])]
internal sealed partial class LockJson : JsonSerializerContext
{
    /// <summary>Layer names with '/' or '+' stay readable.</summary>
    public static LockJson Relaxed => Context.Relaxed;

    // Its own class, because the order of static initialisers across the generated half of this one is not defined.
    private static class Context
    {
        public static LockJson Relaxed { get; } = new(
            new JsonSerializerOptions(Default.GeneratedSerializerOptions!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }
}
