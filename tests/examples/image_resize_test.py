"""The image-resize examples make right thumbnails of what is uploaded, in each language."""
import io
import json
import unittest

from example_support import EXAMPLES, CommandTest, eventually, photograph


class ImageResizeExamples(CommandTest):
    def resize(self, language):
        from PIL import Image
        folder = EXAMPLES / "image-resize" / language
        deployed = self.lambent_json("deploy", folder)
        self.assertEqual([f"photos-{language}"], deployed["functions"][0]["triggers"])
        s3 = self.daemon.client("s3")
        photos, thumbs = f"photos-{language}", f"thumbs-{language}"
        uploads = {
            "wide.jpg": (photograph(1600, 1000), (320, 200)),
            "a name with größe + plus.jpg": (photograph(800, 801), (320, 320)),
            "folder/on its side.jpg": (photograph(1200, 600, orientation=6), (320, 640)),
        }
        s3.put_object(Bucket=photos, Key="notes.txt", Body=b"not a photograph")
        for key, (body, _) in uploads.items():
            s3.put_object(Bucket=photos, Key=key, Body=body, ContentType="image/jpeg")
        eventually(lambda: s3.list_objects_v2(Bucket=thumbs)["KeyCount"] >= len(uploads), 120,
                   f"{language}: {len(uploads)} thumbnails")
        for key, (_, size) in uploads.items():
            thumb = s3.get_object(Bucket=thumbs, Key=key)
            self.assertEqual("image/jpeg", thumb["ContentType"])
            image = Image.open(io.BytesIO(thumb["Body"].read()))
            self.assertEqual("JPEG", image.format)
            self.assertAlmostEqual(size[0], image.width, delta=0)
            self.assertAlmostEqual(size[1], image.height, delta=1)
        keys = {entry["Key"] for entry in s3.list_objects_v2(Bucket=thumbs)["Contents"]}
        self.assertEqual(set(uploads), keys)  # notes.txt has not triggered anything
        self.by_hand(language, s3)

    def by_hand(self, language, s3):
        """event.json is a true event."""
        event = EXAMPLES / "image-resize" / language / "event.json"
        s3.put_object(Bucket=f"photos-{language}", Key="photo.jpg", Body=photograph(640, 480))
        answer = self.lambent_json("invoke", f"image-resize-{language}", "--payload", f"@{event}")
        self.assertIsNone(answer["functionError"], json.dumps(answer))
        self.assertEqual({"thumbnails": ["photo.jpg"]}, answer["payload"])

    def test_python(self):
        self.resize("python")

    def test_node(self):
        self.resize("node")

    def test_cpp(self):
        self.resize("cpp")


if __name__ == "__main__":
    unittest.main()
