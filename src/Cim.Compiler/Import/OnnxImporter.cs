using Cim.Compiler.Ir;
using Cim.Onnx;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Cim.Runtime.Diagnostics;

namespace Cim.Compiler.Import;

/// <summary>Turns an ONNX file into a verified <see cref="Graph"/>: read, convert, infer shapes, then the passes of
/// <see cref="ImportPipeline"/>.</summary>
internal static class OnnxImporter
{
    /// <summary>Imports a model file; external tensor data may lie in its folder.</summary>
    /// <exception cref="CimException">CIM0001 to CIM0005, with <see cref="CimException.File"/> set.</exception>
    public static Graph Import(string path, ImportOptions? options = null, CancellationToken cancellationToken = default) =>
        InFile(path, () => Import(ReadFile(path), Path.GetDirectoryName(Path.GetFullPath(path)), options, cancellationToken));

    /// <summary>Imports a model from memory.</summary>
    /// <param name="bytes">The ONNX file.</param>
    /// <param name="baseDirectory">Where external tensor data may lie, or null if there may be none.</param>
    /// <param name="options">Defaults if null.</param>
    /// <param name="cancellationToken">Checked between passes.</param>
    /// <exception cref="CimException">CIM0002 to CIM0005.</exception>
    public static Graph Import(
        ReadOnlyMemory<byte> bytes, string? baseDirectory, ImportOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= ImportOptions.Default;
        ConvertedModel model = Convert(bytes, baseDirectory, options);
        Supported.Require(model);
        return Guard(() => ImportPipeline.Run(model, options, cancellationToken));
    }

    /// <summary>Reads and converts a model file without requiring that everything in it is supported: for inspection.</summary>
    /// <exception cref="CimException">CIM0001, CIM0002 or CIM0004.</exception>
    public static ConvertedModel Read(string path, ImportOptions? options = null) =>
        InFile(path, () => Convert(ReadFile(path), Path.GetDirectoryName(Path.GetFullPath(path)), options ?? ImportOptions.Default));

    /// <summary>The remaining phases for a model from <see cref="Read"/>.</summary>
    /// <param name="model">The converted model.</param>
    /// <param name="path">The file it came from, for messages.</param>
    /// <param name="options">Defaults if null.</param>
    /// <param name="cancellationToken">Checked between passes.</param>
    /// <exception cref="CimException">CIM0003 to CIM0005.</exception>
    public static Graph Complete(
        ConvertedModel model, string path, ImportOptions? options = null, CancellationToken cancellationToken = default) =>
        InFile(path, () =>
        {
            Supported.Require(model);
            return Guard(() => ImportPipeline.Run(model, options ?? ImportOptions.Default, cancellationToken));
        });

    private static ConvertedModel Convert(ReadOnlyMemory<byte> bytes, string? baseDirectory, ImportOptions options)
    {
        try
        {
            ModelProto proto = OnnxReader.ReadModel(bytes);
            return Guard(
                () => new ModelConverter(proto, baseDirectory is null ? null : new ExternalData(baseDirectory), options).Convert());
        }
        catch (OnnxFormatException e)
        {
            throw new CimException(ErrorCodes.MalformedOnnx,
                $"The model cannot be read: {e.Message}. Export it again, or check that the file is complete.", e);
        }
    }

    /// <summary>
    /// The boundary to files from outside: whatever a malformed graph provokes deeper down is reported as an invalid graph
    /// instead of ending the process.
    /// </summary>
    private static T Guard<T>(Func<T> phase)
    {
        try
        {
            return phase();
        }
        catch (Exception e) when (e is ArgumentException or OverflowException or IndexOutOfRangeException or InvalidOperationException
            or InvalidCastException or KeyNotFoundException or NullReferenceException or DivideByZeroException or OutOfMemoryException)
        {
            throw new CimException(ErrorCodes.InvalidGraph,
                $"{UnexpectedPrefix} ({e.GetType().Name}: {e.Message}) Check the model with another tool and export it again.", e);
        }
    }

    /// <summary>How the message of an error begins that no check foresaw; tests make sure that known malformations never end
    /// here.</summary>
    internal const string UnexpectedPrefix = "The model could not be understood.";

    private static byte[] ReadFile(string path)
    {
        using (FileStream stream = InputFile.Open(path, "model"))
            if (stream.Length > OnnxReader.MaxFileBytes)
                throw new CimException(ErrorCodes.MalformedOnnx,
                    $"The model has {stream.Length} bytes; ONNX files end at 2 GiB, larger models keep their weights in external files.");
        return InputFile.ReadAll(path, "model", OnnxReader.MaxFileBytes);
    }

    private static T InFile<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (CimException e) when (e.File is null)
        {
            throw new CimException(e.Code, e.Message, e) { File = path };
        }
    }
}
