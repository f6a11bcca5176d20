using System.Text.Json;

namespace Cim.Runtime.Hardware.Json;

/// <summary>Line and column of every property of a JSON text, so that an error points at its field; finds duplicates.</summary>
internal sealed class JsonPositions
{
    private readonly Dictionary<string, (int Line, int Column)> _byPath = new(StringComparer.Ordinal);

    /// <summary>Paths that occur twice.</summary>
    public List<string> Duplicates { get; } = [];

    /// <summary>Scans a text.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static JsonPositions Of(ReadOnlySpan<byte> utf8)
    {
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
            if (reader.TokenType != JsonTokenType.PropertyName) continue;
            int start = (int)reader.TokenStartIndex;
            for (; scanned < start; scanned++)
                if (utf8[scanned] == (byte)'\n') (line, lineStart) = (line + 1, scanned + 1);
            while (path.Count >= reader.CurrentDepth) path.RemoveAt(path.Count - 1);
            path.Add(reader.GetString()!);
            if (!positions._byPath.TryAdd(string.Join('.', path), (line, start - lineStart + 1)))
                positions.Duplicates.Add(string.Join('.', path));
        }

        return positions;
    }

    /// <summary>Where a property is; (1,1) if it is not in the text.</summary>
    public (int Line, int Column) this[string path] => _byPath.GetValueOrDefault(path, (1, 1));
}
