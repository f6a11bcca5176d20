using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Cim.Compiler.Options;

namespace Cim.Compiler.Messages;

/// <summary>
/// The text of an error or a warning, in which options are named in the words of who reads it: flags on the command line, metadata in a
/// build. Written as an interpolated string, with options by <see cref="OptionReferences"/>; numbers are invariant.
/// </summary>
[InterpolatedStringHandler]
internal sealed partial class MessageText : IEquatable<MessageText>
{
    private readonly List<(string Text, OptionUse? Option)> _parts = [];

    /// <summary>An empty text; what an interpolated string needs.</summary>
    public MessageText(int literalLength = 0, int formattedCount = 0) => _parts.Capacity = literalLength + formattedCount > 0 ? 8 : 0;

    /// <summary>A text that names no option.</summary>
    public static implicit operator MessageText(string text)
    {
        MessageText message = new();
        message.AppendLiteral(text);
        return message;
    }

    /// <summary>The name of an option.</summary>
    public static implicit operator MessageText(OptionRow row) => $"{row.Named()}";

    /// <summary>Texts one after the other, with a space between them.</summary>
    public static MessageText Join(IEnumerable<MessageText> texts)
    {
        MessageText joined = new();
        foreach (MessageText text in texts)
        {
            if (joined._parts.Count > 0) joined.AppendLiteral(" ");
            joined.AppendFormatted(text);
        }

        return joined;
    }

    /// <summary>Appends text.</summary>
    public void AppendLiteral(string text) => _parts.Add((text, null));

    /// <summary>Appends an option.</summary>
    public void AppendFormatted(OptionReference option) => _parts.Add(("", option.Use));

    /// <summary>Appends another message.</summary>
    public void AppendFormatted(MessageText? message)
    {
        if (message is not null) _parts.AddRange(message._parts);
    }

    /// <summary>Appends a value.</summary>
    public void AppendFormatted<T>(T value, string? format = null) => _parts.Add((value is IFormattable formattable
        ? formattable.ToString(format, CultureInfo.InvariantCulture)
        : value?.ToString() ?? "", null));

    /// <summary>As on the command line.</summary>
    public override string ToString() => ToString(option => option.OnCommandLine);

    /// <summary>With options in other words.</summary>
    public string ToString(Func<OptionUse, string> word) =>
        string.Concat(_parts.Select(part => part.Option is { } option ? word(option) : part.Text));

    /// <summary>The text as a file keeps it, in nobody's words: options stand in braces by their names, and braces are doubled.</summary>
    public string Encode() => string.Concat(_parts.Select(part => part.Option is not { } option
        ? part.Text.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal)
        : option.Value is null ? $"{{{option.Row.Name}}}" : $"{{{option.Row.Name}{(option.IsSubject ? '~' : '=')}{option.Value}}}"));

    /// <summary>Reads what <see cref="Encode"/> wrote; null if it is something else.</summary>
    public static MessageText? Decode(string text)
    {
        MessageText message = new();
        foreach (Match piece in Piece().Matches(text))
        {
            if (piece.Groups["text"] is { Success: true } plain)
                message.AppendLiteral(
                    plain.Value.Replace("{{", "{", StringComparison.Ordinal).Replace("}}", "}", StringComparison.Ordinal));
            else if (OptionTable.All.FirstOrDefault(r => r.Name == piece.Groups["name"].Value) is { } row)
                message._parts.Add(("", new OptionUse(
                    row, piece.Groups["value"] is { Success: true } value ? value.Value : null, piece.Groups["kind"].Value == "~")));
            else return null;
        }

        return message;
    }

    [GeneratedRegex(@"(?<text>([^{}]|\{\{|\}\})+)|\{(?<name>\w+)((?<kind>[=~])(?<value>[^{}]*))?\}|(?<other>.)", RegexOptions.Singleline)]
    private static partial Regex Piece();

    /// <inheritdoc/>
    public bool Equals(MessageText? other) => other is not null && ToString() == other.ToString();

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as MessageText);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(ToString());
}
