using System.Text;

namespace FashionMnist;

/// <summary>Images side by side in a terminal, two pixel rows a line, with the class the network gives each.</summary>
internal static class Gallery
{
    private const int Width = 28, Gap = 3;
    private const string Shades = " ░▒▓█";

    public static string Draw(ReadOnlySpan<byte> pixels, ReadOnlySpan<int> labels, Fashion.Outputs outputs)
    {
        var text = new StringBuilder();
        for (int y = 0; y < Width; y += 2)
        {
            for (int i = 0; i < outputs.Count; i++)
            {
                ReadOnlySpan<byte> image = pixels.Slice(i * Fashion.ImageLength, Fashion.ImageLength);
                for (int x = 0; x < Width; x++)
                {
                    int shade = image[(y * Width) + x] + image[((y + 1) * Width) + x];
                    text.Append(Shades[(int)Math.Round(shade * (Shades.Length - 1) / 510f)]);
                }

                text.Append(' ', Gap);
            }

            text.AppendLine();
        }

        for (int i = 0; i < outputs.Count; i++)
        {
            string right = Fashion.Info.Labels[labels[i]];
            string? best = outputs[i].Top(1)[0].Label;
            text.Append((best == right ? right : $"{best} (no: {right})").PadRight(Width + Gap));
        }

        return text.AppendLine().ToString();
    }
}
