using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Cim.Runtime.Hardware.Json;

/// <summary>Line and column of every property of a JSON text, so that an error points at its field; finds duplicates.</summary>
internal sealed class JsonPositions
{
    private readonly Dictionary<string, (int Line, int Column)> _byPath = new(StringComparer.Ordinal);

    /// <summary>Paths that occur twice.</summary>
    public List<string> Duplicates { get; } = [];

    /// <summary>Scans a text.</summary>
    /// <exception cref="JsonException">It is not JSON, or not Unicode; with the position.</exception>
    public static JsonPositions Of(ReadOnlySpan<byte> utf8)
    {
        RequireUtf8(utf8);
        var positions = new JsonPositions();
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions
        {
            CommentHandling = JsonCommentHandling.Skip,
            AllowTrailingCommas = true,
        });
        var path = new List<string>();
        (int line, int lineStart, int scanned) = (1, 0, 0);
        while (reader.Read())
        {
            if (reader.TokenType is not (JsonTokenType.PropertyName or JsonTokenType.String)) continue;
            int start = (int)reader.TokenStartIndex;
            for (; scanned < start; scanned++)
                if (utf8[scanned] == (byte)'\n') (line, lineStart) = (line + 1, scanned + 1);
            string text = Text(ref reader, line, start - lineStart);
            if (reader.TokenType == JsonTokenType.String) continue;
            while (path.Count >= reader.CurrentDepth) path.RemoveAt(path.Count - 1);
            path.Add(text);
            if (!positions._byPath.TryAdd(string.Join('.', path), (line, start - lineStart + 1)))
                positions.Duplicates.Add(string.Join('.', path));
        }

        return positions;
    }

    /// <summary>Where a property is; (1,1) if it is not in the text.</summary>
    public (int Line, int Column) this[string path] => _byPath.GetValueOrDefault(path, (1, 1));

    // Text the JSON reader would only trip over later, without a position.
    private static void RequireUtf8(ReadOnlySpan<byte> utf8)
    {
        if (Utf8.IsValid(utf8)) return;
        int at = 0;
        while (Rune.DecodeFromUtf8(utf8[at..], out _, out int length) == System.Buffers.OperationStatus.Done) at += length;
        ReadOnlySpan<byte> before = utf8[..at];
        throw new JsonException($"the byte 0x{utf8[at]:X2} is not valid UTF-8; save the file as UTF-8", null,
            before.Count((byte)'\n'), at - (before.LastIndexOf((byte)'\n') + 1));
    }

    private static string Text(ref Utf8JsonReader reader, int line, int column)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException("a text has half of a surrogate pair (\\uD800 to \\uDFFF)", null, line - 1, column, e);
        }
    }
}
