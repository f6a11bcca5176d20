using System.Security.Cryptography;
using System.Text;
using Cim.Onnx;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Cim.Runtime.Data;
using Cim.Runtime.Diagnostics;

namespace Cim.Compiler.Pipeline;

/// <summary>
/// SHA-256 of an input with everything that is read along with it: the external weights of a model, the labels beside images.
/// Where there is nothing of the kind it is the hash of the file alone.
/// </summary>
internal static class InputHash
{
    /// <exception cref="Cim.Runtime.CimException">CIM0001: a file cannot be read.</exception>
    public static string OfModel(string path) => Together(path, ExternalFiles(path));

    /// <exception cref="Cim.Runtime.CimException">CIM0001: a file cannot be read.</exception>
    public static string OfData(string path) => Together(path, IdxFile.LabelCandidates(path).Where(File.Exists).Take(1));

    /// <summary>The files with weights that an ONNX model names, sorted, as full paths; none if it is no ONNX model.</summary>
    public static IReadOnlyList<string> ExternalFiles(string path)
    {
        ModelProto model;
        try
        {
            model = OnnxReader.ReadModel(InputFile.ReadAll(path, "model", OnnxReader.MaxFileBytes));
        }
        catch (Exception e) when (e is CimException or OnnxFormatException)
        {
            return []; // Whoever imports the model says what is wrong with it.
        }

        if (model.Graph is not { } graph) return [];
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        SortedSet<string> locations = new(StringComparer.Ordinal);
        foreach (TensorProto tensor in TensorsOf(graph))
            if (tensor.ExternalData.LastOrDefault(e => e.Key == "location")?.Value is { Length: > 0 } location) locations.Add(location);
        return [.. locations.Select(location => Path.GetFullPath(Path.Combine(folder, location)))];
    }

    private static string Together(string path, IEnumerable<string> others)
    {
        string own = FileHash.OfSamples(path);
        string[] rest = [.. others];
        if (rest.Length == 0) return own;
        StringBuilder text = new(own + "\n");
        foreach (string other in rest) text.Append(Path.GetFileName(other)).Append(' ').Append(FileHash.Of(other)).Append('\n');
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private static IEnumerable<TensorProto> TensorsOf(GraphProto graph)
    {
        foreach (TensorProto tensor in graph.Initializer) yield return tensor;
        foreach (AttributeProto attribute in graph.Node.SelectMany(n => n.Attribute))
        {
            if (attribute.T is { } tensor) yield return tensor;
            foreach (TensorProto one in attribute.Tensors) yield return one;
            if (attribute.G is { } inner)
                foreach (TensorProto one in TensorsOf(inner)) yield return one;
            foreach (TensorProto one in attribute.Graphs.SelectMany(TensorsOf)) yield return one;
        }
    }
}
