using System.Text;
using System.Text.Json;
using Cim.Runtime;

namespace Cim.Cli;

/// <summary>
/// An error or warning as users, MSBuild and editors read it: <c>file(line,col): error CIMnnnn: what, where, what to do</c>.
/// Never a stack trace.
/// </summary>
internal sealed record Problem(string Code, string Message, string? File = null, int Line = 1, int Column = 1)
{
    public static Problem From(Exception exception) => exception switch
    {
        CimException e => new(e.Code, e.Message, e.File, e.Line, e.Column),
        AggregateException { InnerExceptions.Count: 1 } e => From(e.InnerException!),
        FileNotFoundException e => new(ErrorCodes.FileNotReadable, $"The file does not exist: {e.Message}", e.FileName),
        IOException or UnauthorizedAccessException => new(ErrorCodes.FileNotReadable, exception.Message),
        OutOfMemoryException => new(ErrorCodes.Unexpected,
            "There is not enough memory. Use a smaller batch or fewer parallel trials."),
        _ => new(ErrorCodes.Unexpected,
            $"Unexpected {exception.GetType().Name} in {Place(exception)}: {exception.Message} This is a defect of the tool; please report it with the command that shows it."),
    };

    /// <summary>Writes one line; line breaks in the message become spaces so that MSBuild sees a single diagnostic.</summary>
    public void WriteTo(TextWriter writer, string severity = "error")
    {
        string origin = File is null ? "cim" : $"{File}({Line},{Column})";
        writer.WriteLine($"{origin}: {severity} {Code}: {Message.ReplaceLineEndings(" ")}");
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

    private static string Place(Exception exception) => exception.TargetSite is { DeclaringType: { } type } method
        ? $"{type.Name}.{method.Name}"
        : "an unknown place";
}
