using System.Collections.Immutable;
using Cim.Runtime;
using Cim.Runtime.Data;
using Cim.Runtime.Diagnostics;

namespace Cim.Compiler.Data.Images;

/// <summary>
/// A folder of images as samples: one folder a class, or images alone, without labels. Each becomes bytes of the shape the network reads:
/// the largest centred part of its shape, resized.
/// </summary>
internal static class ImageFolder
{
    /// <summary>Opens a folder for a network.</summary>
    /// <exception cref="CimException">CIM0006: the network reads no images, there are none, or images lie beside folders; CIM0007: a
    /// class is not in the file that orders them.</exception>
    public static RecordFile Open(string folder, ImmutableArray<InputPort> ports)
    {
        if (ports is not [var port] || ImageShape.Of(port.SampleDims) is not { } shape)
            throw RecordFile.Malformed(folder,
                $"A folder of images needs a network with one input of 1 or 3 channels, rows and columns; this one has "
                + $"{string.Join(", ", ports.Select(p => $"'{p.Name}' of {RecordFile.Dims(p.SampleDims)}"))}. Give its samples as .npz.");
        string[] images = [.. ImageFiles.List(folder).Where(ImageFiles.IsImage)];
        if (images.Length == 0)
            throw RecordFile.Malformed(folder, "The folder holds no images (.png, .jpg, .jpeg, .bmp), nor do folders in it.");
        string[] loose = [.. images.Where(path => !path.Contains('/', StringComparison.Ordinal))];
        if (loose.Length > 0 && loose.Length < images.Length)
            throw RecordFile.Malformed(folder,
                $"'{loose[0]}' lies beside folders of images. Put every image into the folder of its class, or all into one without "
                + $"labels.");
        return new RecordFile(folder, () => new ImageStream(folder, images, shape), images.Length, port.SampleDims, RawType.UInt8, 0,
            loose.Length > 0 ? default : Labels(folder, images)).Checked();
    }

    private static ImmutableArray<int> Labels(string folder, string[] images)
    {
        string[] classes = [.. images.Select(ClassOf).Distinct()];
        string orderFile = Path.Combine(folder, ImageFiles.LabelFile);
        string[] order = File.Exists(orderFile) ? Order(orderFile) : Sorted(classes);
        foreach (string name in classes.Where(name => !order.Contains(name)))
            throw new CimException(ErrorCodes.InvalidLabels,
                $"The folder '{name}' is no class of {ImageFiles.LabelFile}, which has {string.Join(", ", order.Take(5))}"
                + $"{(order.Length > 5 ? " ..." : "")}. Name a folder as its class.") { File = orderFile };
        Dictionary<string, int> index = order.Select((name, i) => (name, i)).ToDictionary(p => p.name, p => p.i, StringComparer.Ordinal);
        return [.. images.Select(path => index[ClassOf(path)])];
    }

    private static string[] Order(string path)
    {
        (string[] labels, int line, string? problem) = LabelText.Parse(InputFile.ReadText(path, "labels", ErrorCodes.InvalidLabels));
        return problem is null ? labels : throw new CimException(ErrorCodes.InvalidLabels, problem) { File = path, Line = line };
    }

    /// <summary>Numbers in their order, and names in theirs.</summary>
    private static string[] Sorted(string[] classes) => classes.All(name => int.TryParse(name, out _))
        ? [.. classes.OrderBy(int.Parse)]
        : [.. classes.Order(StringComparer.Ordinal)];

    private static string ClassOf(string path) => path[..path.IndexOf('/', StringComparison.Ordinal)];
}
