using Cim.Compiler.Options;

namespace Cim.Compiler.Messages;

/// <summary>How a message names an option.</summary>
/// <param name="Row">The option.</param>
/// <param name="Value">The value it is named with; null = the option alone.</param>
/// <param name="IsSubject">True: the message is about the value that was set. False: it proposes the value.</param>
internal sealed record OptionUse(OptionRow Row, string? Value = null, bool IsSubject = false)
{
    /// <summary>As on the command line: <c>--search</c>, <c>--search rl</c>, <c>--search is 'rl'</c>.</summary>
    public string OnCommandLine => Value is null ? Row.Flag : IsSubject ? $"{Row.Flag} is '{Value}'" : $"{Row.Flag} {Value}";

    /// <summary>As on an item: <c>Search</c>, <c>Search="rl"</c>; as a property where an item has none.</summary>
    public string OnItem => Row.BuildSwitch ?? (!Row.IsOnItem ? OnCommandLine : Value is null ? Row.Name : $"{Row.Name}=\"{Value}\"");
}

/// <summary>
/// An option within the text of a message. It can stand in a <see cref="MessageText"/> alone: in any other text it would be worded for
/// good, and a build would then read of flags. The compiler sees to that, because a text cannot hold a <c>ref struct</c>.
/// </summary>
internal readonly ref struct OptionReference(OptionUse use)
{
    /// <summary>The option and how it is named.</summary>
    public OptionUse Use => use;
}

/// <summary>Options in messages.</summary>
internal static class OptionReferences
{
    /// <summary>The option alone.</summary>
    public static OptionReference Named(this OptionRow row) => new(new OptionUse(row));

    /// <summary>The option with a value that is proposed.</summary>
    public static OptionReference With(this OptionRow row, string value) => new(new OptionUse(row, value));

    /// <summary>The option with the value it was set to; the sentence goes on after it.</summary>
    public static OptionReference Is(this OptionRow row, string value) => new(new OptionUse(row, value, IsSubject: true));
}
