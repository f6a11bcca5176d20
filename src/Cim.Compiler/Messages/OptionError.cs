using Cim.Runtime;

namespace Cim.Compiler.Messages;

/// <summary>Errors whose message names options.</summary>
internal static class OptionError
{
    private const string Key = "Cim.Compiler.Messages.MessageText";

    /// <summary>The error; its <see cref="Exception.Message"/> is worded for the command line.</summary>
    /// <param name="code">One of <see cref="ErrorCodes"/>.</param>
    /// <param name="text">What is wrong, where, and what to do.</param>
    /// <param name="file">The file it is about.</param>
    /// <param name="cause">The exception that was the cause; where it has a position in the file, the error has the same.</param>
    public static CimException Of(string code, MessageText text, string? file = null, Exception? cause = null)
    {
        var position = cause as CimException;
        CimException error = new(code, text.ToString(), cause)
        {
            File = file,
            Line = position?.Line ?? 1,
            Column = position?.Column ?? 1,
        };
        error.Data[Key] = text;
        return error;
    }

    /// <summary>Wrong usage (CIM0010).</summary>
    public static CimException Usage(MessageText text, string? file = null) => Of(ErrorCodes.WrongUsage, text, file);

    /// <summary>The message of an error, with the options in it if it was made here, also where it was thrown again with a file.</summary>
    public static MessageText TextOf(Exception error) => error.Data[Key] as MessageText
        ?? (error.InnerException is CimException inner && inner.Message == error.Message ? TextOf(inner) : error.Message);
}
