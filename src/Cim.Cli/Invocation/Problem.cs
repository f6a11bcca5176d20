using System.Text;
using System.Text.Json;
using Cim.Compiler.Messages;
using Cim.Runtime;

namespace Cim.Cli.Invocation;

/// <summary>
/// An error or warning as users, MSBuild and editors read it: <c>file(line,col): error CIMnnnn: what, where, what to do</c>.
/// No stack trace, but for a defect of the tool where <c>CIM_DEBUG=1</c> asks for one.
/// </summary>
internal sealed record Problem(string Code, MessageText Text, string? File = null, int Line = 1, int Column = 1)
{
    /// <summary>The text as it is read.</summary>
    public string Message => Text.ToString();

    /// <summary>The environment variable that has the stack of an unforeseen exception printed.</summary>
    public const string DebugVariable = "CIM_DEBUG";

    /// <summary>Where an unforeseen exception came from; null for all others.</summary>
    public string? Stack { get; private init; }

    public static Problem From(Exception exception) => exception switch
    {
        CimException e => new(e.Code, OptionError.TextOf(e), e.File, e.Line, e.Column),
        AggregateException { InnerExceptions.Count: 1 } e => From(e.InnerException!),
        FileNotFoundException e => new(ErrorCodes.FileNotReadable, $"The file does not exist: {e.Message}", e.FileName),
        IOException e when IsFull(e) => new(ErrorCodes.FileNotWritable, $"There is no space left to write to: {e.Message}. Free some."),
        IOException or UnauthorizedAccessException => new(ErrorCodes.FileNotReadable, exception.Message),
        OutOfMemoryException => new(ErrorCodes.Unexpected,
            "There is not enough memory. Use a smaller batch or fewer parallel trials."),
        _ => new(ErrorCodes.Unexpected,
            $"Unexpected {exception.GetType().Name} in {Place(exception)}: {exception.Message} This is a defect of the tool; please "
                + $"report it with the command that shows it ({DebugVariable}=1 prints where it happened).")
        { Stack = exception.ToString() },
    };

    /// <summary>Writes one line; line breaks in the message become spaces so that MSBuild sees a single diagnostic.</summary>
    public void WriteTo(TextWriter writer, string severity = "error")
    {
        string origin = File is null ? "cim" : $"{File}({Line},{Column})";
        writer.WriteLine($"{origin}: {severity} {Code}: {Message.ReplaceLineEndings(" ")}");
        if (Stack is not null && Environment.GetEnvironmentVariable(DebugVariable) is "1" or "true") writer.WriteLine(Stack);
    }

    /// <summary>What <c>--json</c> puts on standard output when there is no result.</summary>
    public void WriteJsonTo(TextWriter writer)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, JsonFormat.Options))
        {
            json.WriteStartObject();
            json.WriteNumber("schema", 1);
            json.WriteStartObject("error");
            json.WriteString("code", Code);
            json.WriteString("message", Message);
            json.WriteString("file", File);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        writer.WriteLine(Encoding.UTF8.GetString(stream.ToArray()));
    }

    /// <summary>ENOSPC and EDQUOT on Unix; ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL on Windows.</summary>
    private static bool IsFull(IOException exception) => OperatingSystem.IsWindows()
        ? (exception.HResult & 0xFFFF) is 0x70 or 0x27
        : exception.HResult is 28 || exception.HResult == (OperatingSystem.IsMacOS() ? 69 : 122);

    private static string Place(Exception exception) => exception.TargetSite is { DeclaringType: { } type } method
        ? $"{type.Name}.{method.Name}"
        : "an unknown place";
}
