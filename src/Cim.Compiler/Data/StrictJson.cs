using System.Text.Json;
using System.Text.Unicode;
using Cim.Runtime;
using Cim.Runtime.Diagnostics;

namespace Cim.Compiler.Data;

/// <summary>
/// JSON that people write or merge by hand, read so that nothing in it is passed over in silence: no key twice, no key nobody knows,
/// no bytes that are not UTF-8. A byte order mark is no fault.
/// </summary>
internal static class StrictJson
{
    private static readonly JsonDocumentOptions _options = new() { AllowDuplicateProperties = false };

    /// <summary>Reads a file and hands its root to <paramref name="read"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="code">The error code of a file that is not what it should be.</param>
    /// <param name="what">What the file is, to begin a sentence: "The policy".</param>
    /// <param name="read">Takes what it needs; the document is closed afterwards.</param>
    /// <exception cref="CimException">CIM0001: unreadable; or <paramref name="code"/>.</exception>
    public static T Read<T>(string path, string code, string what, Func<JsonElement, T> read)
    {
        byte[] text = InputFile.ReadAll(
            path, what.Replace("The ", "", StringComparison.Ordinal).Replace(" file", "", StringComparison.Ordinal));
        ReadOnlyMemory<byte> json = text.AsSpan().StartsWith("\uFEFF"u8) ? text.AsMemory(3) : text;
        if (!Utf8.IsValid(json.Span))
            throw new CimException(code, $"{what} is not UTF-8 text; save it with that encoding.") { File = path };
        if (json.Span.IndexOf("\n<<<<<<< "u8) is var conflict and >= 0)
            throw new CimException(code, $"{what} has the marks of a merge conflict; take one side of it whole.")
            {
                File = path,
                Line = 2 + json.Span[..conflict].Count((byte)'\n'),
            };
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, _options);
            return read(document.RootElement);
        }
        catch (JsonException e)
        {
            throw new CimException(code, $"{what} is not valid JSON: {e.Message}", e)
            { File = path, Line = (int)(e.LineNumber ?? 0) + 1, Column = (int)(e.BytePositionInLine ?? 0) + 1 };
        }
        catch (InvalidOperationException e)
        {
            // What the parser only finds when a text is asked for, such as half of a surrogate pair.
            throw new CimException(code, $"{what} has a text that is not Unicode: {e.Message}", e) { File = path };
        }
    }

    /// <summary>Refuses keys nobody reads; a misspelt one would otherwise leave its default in force.</summary>
    /// <param name="value">An object; else nothing is checked.</param>
    /// <param name="where">Of what, for the message: "layer 'conv1'".</param>
    /// <param name="known">All keys there are.</param>
    /// <param name="invalid">Makes the error from its message.</param>
    public static void RequireKnown(JsonElement value, string where, IReadOnlyCollection<string> known, Func<string, CimException> invalid)
    {
        if (value.ValueKind != JsonValueKind.Object) return;
        foreach (JsonProperty property in value.EnumerateObject())
            if (!known.Contains(property.Name))
                throw invalid($"{where} has the key '{property.Name}', which does not exist; there are {string.Join(", ", known)}.");
    }
}
