namespace Cim.Onnx;

/// <summary>The bytes are not what the ONNX format allows; the message says what and where.</summary>
public sealed class OnnxFormatException : Exception
{
    /// <summary>Creates the error.</summary>
    public OnnxFormatException(string message, Exception? innerException = null) : base(message, innerException) { }
}
