namespace Cim.Runtime;

/// <summary>
/// A problem the caller can do something about: what is wrong, where, and what to do, under a stable code
/// that has a paragraph in <c>docs/errors.md</c>.
/// </summary>
public sealed class CimException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="code">One of <see cref="ErrorCodes"/>, for example <c>CIM0001</c>.</param>
    /// <param name="message">What is wrong, where, and what to do; without the code.</param>
    /// <param name="innerException">The cause, if another exception was the cause.</param>
    public CimException(string code, string message, Exception? innerException = null)
        : base(message, innerException) => Code = code;

    /// <summary>The stable code, <c>CIM</c> and four digits.</summary>
    public string Code { get; }

    /// <summary>The input file the error is about, if it is about one.</summary>
    public string? File { get; init; }

    /// <summary>Line in <see cref="File"/> from 1; 1 if the file has no lines.</summary>
    public int Line { get; init; } = 1;

    /// <summary>Column in <see cref="Line"/> from 1.</summary>
    public int Column { get; init; } = 1;

    /// <inheritdoc/>
    public override string ToString() => $"{Code}: {base.ToString()}";
}
